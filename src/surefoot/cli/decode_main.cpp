// surefoot-decode: decodes picture files in sandboxed processes, one line of outcome a file. It serves the cleaning
// commands and the tests, and whoever wants to know what surefoot makes of a file.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/files.h"
#include "surefoot/base/units.h"
#include "surefoot/cli/decode_child.h"
#include "surefoot/cli/decode_worker.h"
#include "surefoot/image/decode.h"

namespace surefoot::cli {
namespace {

constexpr char kUsage[] =
    "usage: surefoot-decode [--json] [--memory BYTES] [--seconds N] [--max-pixels N] FILE...\n"
    "Decodes each file in a process of its own that can open nothing (seccomp, resource limits, Landlock where the kernel has it)\n"
    "and prints one line a file: status, format, size, EXIF orientation, checksum of the RGB pixels, detail.\n"
    "  --json            one JSON object a line\n"
    "  --memory BYTES    address space of a decoder (default 3G)\n"
    "  --seconds N       CPU seconds a file (default 20)\n"
    "  --max-pixels N    larger pictures are refused (default 178956970)\n"
    "Statuses: ok not-an-image unsupported truncated corrupt too-large, and crashed timeout out-of-memory unreadable.\n"
    "(--worker ... is how surefoot clean starts it.)\n"
    "Exit: 0 every file has an outcome, 2 usage, 4 no sandbox on this machine.\n";

struct Arguments {
  bool json = false, help = false;
  SandboxLimits limits;
  uint64_t max_pixels = image::DecodeOptions{}.max_pixels;
  std::vector<std::string> files;
};

uint64_t whole_number(const std::string& option, const std::string& text, uint64_t largest) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || value > largest) {
    throw Error(ErrorCode::kUsage, option + " " + text + " is not understood",
                "a whole number from 1 to " + std::to_string(largest) + " is wanted", "surefoot-decode --help");
  }
  return value;
}

Arguments parse(int count, char** values) {
  Arguments arguments;
  bool options = true;
  for (int i = 1; i < count; ++i) {
    const std::string value = values[i];
    const auto next = [&]() -> std::string {
      if (i + 1 >= count)
        throw Error(ErrorCode::kUsage, value + " needs a value", "it is the last word", "surefoot-decode --help");
      return values[++i];
    };
    if (!options || value.empty() || value[0] != '-') {
      arguments.files.push_back(value);
    } else if (value == "--") {
      options = false;
    } else if (value == "--json") {
      arguments.json = true;
    } else if (value == "--help" || value == "-h") {
      arguments.help = true;
    } else if (value == "--seconds") {
      arguments.limits.cpu_seconds = static_cast<unsigned>(whole_number(value, next(), 86400));
    } else if (value == "--max-pixels") {
      arguments.max_pixels = whole_number(value, next(), uint64_t{1} << 40);
    } else if (value == "--memory") {
      const std::string text = next();
      const auto bytes = parse_bytes(text);
      if (!bytes || *bytes == 0)
        throw Error(ErrorCode::kUsage, "--memory " + text + " is not understood", "", "write it as 3G or 512M");
      arguments.limits.memory_bytes = *bytes;
    } else {
      throw Error(ErrorCode::kUsage, "unknown option " + value, "", "surefoot-decode --help");
    }
  }
  if (arguments.files.empty() && !arguments.help)
    throw Error(ErrorCode::kUsage, "no file was given", "", "surefoot-decode FILE...");
  return arguments;
}

DecodeReport examine(const std::string& path, const Arguments& arguments) {
  std::string bytes;
  try {
    // A file larger than the decoder's memory could not be decoded anyway.
    bytes = real_files().read(path, arguments.limits.memory_bytes / 2);
  } catch (const Error& error) {
    DecodeReport report;
    report.status = "unreadable";
    report.detail = error.why();
    return report;
  }
  return decode_in_child(bytes, arguments.max_pixels, arguments.limits);
}

void print(const std::string& path, const DecodeReport& report, bool json) {
  char sum[17];
  std::snprintf(sum, sizeof sum, "%016llx", static_cast<unsigned long long>(report.pixels_xxh3));
  if (json) {
    std::printf(
        "{\"file\":%s,\"status\":%s,\"format\":%s,\"width\":%d,\"height\":%d,\"orientation\":%d,\"pixels_xxh3\":\"%s\",\"detail\":%s,\"sandbox\":%s}\n",
        json_string(path).c_str(), json_string(report.status).c_str(), json_string(report.format).c_str(), report.width,
        report.height, report.orientation, sum, json_string(report.detail).c_str(),
        json_string(report.sandbox).c_str());
  } else {
    std::printf("%-13s %-8s %5dx%-5d %d %s %s%s%s\n", report.status.c_str(),
                report.format.empty() ? "-" : report.format.c_str(), report.width, report.height, report.orientation,
                sum, escape_terminal(path).c_str(), report.detail.empty() ? "" : ": ",
                escape_terminal(report.detail).c_str());
  }
  // Before the next fork, or the child would hold a copy of what is buffered.
  std::fflush(stdout);
}

int run(int count, char** values) {
  const Arguments arguments = parse(count, values);
  if (arguments.help) return std::fputs(kUsage, stdout), 0;
  std::string level;
  for (const std::string& path : arguments.files) {
    const DecodeReport report = examine(path, arguments);
    if (level.empty() && !report.sandbox.empty()) {
      level = report.sandbox;
      std::fprintf(stderr, "sandbox: %s\n", level.c_str());
    }
    print(path, report, arguments.json);
  }
  return 0;
}

}  // namespace
}  // namespace surefoot::cli

int main(int count, char** values) {
  surefoot::cli::WorkerOptions worker;
  try {
    if (surefoot::cli::parse_worker_arguments(count, values, worker))
      return surefoot::cli::run_decode_worker(worker, surefoot::index::measure);
    return surefoot::cli::run(count, values);
  } catch (const surefoot::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error[SF-BUG-001] %s\n", error.what());
    return 70;
  }
}
