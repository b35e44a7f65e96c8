#pragma once

namespace surefoot {
/// The same as project(VERSION) in CMakeLists.txt; a test compares them.
inline constexpr const char* kVersion = "0.1.0";
}  // namespace surefoot
