/**
 * Leaf utilities that know nothing of kugetsu's features: files that are replaced in one step, file
 * locks, JSON trees and facts about processes. Not exported.
 */
@NullMarked
package io.kugetsu.internal;

import org.jspecify.annotations.NullMarked;
