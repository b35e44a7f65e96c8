#pragma once
#include "surefoot/base/files.h"
#include "surefoot/data/manifest.h"
#include "surefoot/plan/host_memory.h"

namespace surefoot::train {

/// What the planner wants to know of the pictures. Reads the headers of the largest files.
/// @param cache_folder  where the manifest lies
/// @param max_pixels    of a picture that is decoded at all
plan::DataFacts data_facts(Files& files,
                           const data::Manifest& manifest,
                           const std::string& cache_folder,
                           uint64_t max_pixels);

}  // namespace surefoot::train
