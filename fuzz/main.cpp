// Replays files, and folders of files, through a fuzz target without any fuzzing engine:
//   fuzz_NAME [--mutations N] [--seed S] PATH...
// Each file is run as it is and in N mutations that depend on nothing but its bytes' place in the list, N and S.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "surefoot/base/philox.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {
using surefoot::Philox;

void run(const std::string& bytes) {
  // A heap block of just this size, so that the address sanitizer sees a read behind it.
  const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::string mutate(std::string bytes, Philox& random) {
  const uint64_t changes = 1 + random.below(6);
  for (uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const size_t at = random.below(bytes.size()), length = 1 + random.below(std::min<uint64_t>(16, bytes.size() - at));
    switch (random.below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        bytes[at] = static_cast<char>(random.below(2) ? 0xFF : 0x00);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), length));
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

std::vector<std::string> files_of(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}
}  // namespace

int main(int count, char** arguments) {
  uint64_t mutations = 0, seed = 0, runs = 0, index = 0;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--mutations" && i + 1 < count)
      mutations = std::stoull(arguments[++i]);
    else if (argument == "--seed" && i + 1 < count)
      seed = std::stoull(arguments[++i]);
    else
      for (const std::string& path : files_of(argument)) {
        std::ifstream file(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        run(bytes);
        for (uint64_t m = 0; m < mutations; ++m) {
          Philox random(seed, surefoot::Purpose::kSynthetic, index, m);
          run(mutate(bytes, random));
        }
        runs += 1 + mutations;
        ++index;
      }
  }
  std::printf("%llu inputs from %llu files\n", static_cast<unsigned long long>(runs),
              static_cast<unsigned long long>(index));
  return index > 0 ? 0 : 2;  // an empty corpus is a mistake
}
