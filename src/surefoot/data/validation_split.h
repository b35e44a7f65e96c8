#pragma once
// The validation part of data that have none.
#include <cstdint>

#include "surefoot/data/picture_table.h"

namespace surefoot::data {

/// Moves the share `fraction` of every class to the validation part: those with the lowest Philox(seed, kSplit, 0, hash
/// of the path). A class with two pictures or more has at least one in each part. A picture's rank depends on its path
/// alone, so new pictures move few others.
/// @param table sorted
void split_off_validation(PictureTable& table, double fraction, uint64_t seed);

}  // namespace surefoot::data
