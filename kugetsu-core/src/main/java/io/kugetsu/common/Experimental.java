package io.kugetsu.common;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a type that later versions may still change in incompatible ways, most of all the
 * interfaces that other people's engines, runners and agents implement. It is a sign for the reader
 * and for the check of API changes, not an access control.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Experimental {}
