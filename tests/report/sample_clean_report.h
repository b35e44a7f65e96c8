#pragma once
// A made-up cleaning run with everything that the review page can show, and with names that try to break out of it.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "report/sample_run.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/philox.h"
#include "surefoot/report/clean_report.h"

namespace surefoot::testing {

inline const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> names = {"</script><script>window.hacked=1</script>.jpg",
                                                 "<!--<script>.jpg",
                                                 "<img src=x onerror=window.hacked=2>.jpg",
                                                 "\" onload=\"window.hacked=3.jpg",
                                                 "caf\xff\xfe.jpg",
                                                 "line\xE2\x80\xA8separator.jpg",
                                                 "=cmd|'!A1.jpg",
                                                 "new\nline, \"quoted\".jpg",
                                                 "back\\slash.jpg",
                                                 "${window.hacked=4}`.jpg",
                                                 "javascript:window.hacked=5.jpg",
                                                 "\xE2\x80\xAEgpj.exe.jpg"};
  return names;
}

/// The bytes behind a `data:image/jpeg;base64,` address.
inline std::string jpeg_of(const std::string& uri) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;
  for (const char c : uri.substr(uri.find(',') + 1)) {
    const size_t digit = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (digit == std::string_view::npos) break;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if ((held += 6) >= 8) bytes += static_cast<char>(bits >> (held -= 8) & 255);
  }
  return bytes;
}

/// A picture with shapes, and the edit that `kind` names.
inline image::Pixels sample_copy(uint64_t number, const std::string& kind) {
  image::Pixels whole = sample_picture(number);
  for (int y = 0; y < whole.height; ++y) {
    for (int x = 0; x < whole.width; ++x) {
      if ((x / 12 + y / 17 + static_cast<int>(number)) % 5 == 0) whole.row(y)[3 * x + 1] /= 2;
    }
  }
  if (kind.empty()) return whole;
  image::Pixels copy;
  const bool crop = kind == "crop";
  copy.resize(crop ? whole.width * 3 / 4 : whole.width, crop ? whole.height * 3 / 4 : whole.height);
  for (int y = 0; y < copy.height; ++y) {
    for (int x = 0; x < copy.width; ++x) {
      const int sx = kind == "mirrored" ? whole.width - 1 - x
                     : crop             ? x + whole.width / 6
                                        : x,
                sy = crop ? y + whole.height / 8 : y;
      const bool mark = kind == "copy" && x > 20 && x < 120 && y > whole.height - 40 && y < whole.height - 20;
      for (int c = 0; c < 3; ++c) copy.row(y)[3 * x + c] = mark ? uint8_t{245} : whole.row(sy)[3 * sx + c];
    }
  }
  return copy;
}

/// @param rows  12 and more
inline report::CleanReport sample_clean_report(size_t rows) {
  static const char* classes[] = {"daisy", "dandelion", "rose", "sunflower", "tulip"};
  static const char* copies[] = {"copy", "crop", "mirrored"};
  report::CleanReport report;
  report.title = "photos/flowers <5>";
  report.root = "/nowhere/photos";
  report.kinds = {{"corrupt", "Damaged", "cannot be decoded, is cut short, or its stream is damaged"},
                  {"near-duplicate", "Near duplicate", "the same photograph as another file, edited"},
                  {"leak", "Leak", "a validation picture that is also in the training part"},
                  {"low-resolution", "Low resolution", "the short side is below the threshold"},
                  {"blurry", "Blurry", "no sharp edge anywhere"},
                  {"mislabelled", "Wrong label", "looks like another class"},
                  {"imbalance", "Imbalance", "a class with few pictures beside the largest"}};
  Philox random(5, Purpose::kSynthetic, 0, 0);
  int group = -1;
  for (size_t i = 0; i < rows; ++i) {
    const char* label = classes[random.below(5)];
    report::CleanRow row{.path = std::string(label) + "/IMG_" + std::to_string(100000 + i) + ".jpg",
                         .label = label,
                         .part = random.below(5) == 0 ? "val" : "train"};
    const bool odd_copy = i % 96 == 9, odd_label = i % 96 == 5;
    if ((odd_copy || odd_label) && i / 96 < hostile_names().size())
      row.path = std::string(odd_copy ? "copies/" : "labels/") + hostile_names()[i / 96];
    char hex[33];
    std::snprintf(hex, sizeof hex, "%032zx", i + 0xabc000);
    row.content = hex;
    row.width = 640 + static_cast<int>(random.below(3000)), row.height = row.width * 3 / 4,
    row.size_bytes = static_cast<uint64_t>(row.width) * 180;
    row.effective_width = static_cast<int>(row.width * random.uniform(0.4, 1)),
    row.effective_height = row.effective_width * 3 / 4, row.jpeg_quality = 60 + static_cast<int>(random.below(39));
    const size_t place = i % 8;  // 0: kept, 1 and 2 its copies, 3..7 alone
    if (place == 0) ++group, row.kept = true;
    if (place < 3)
      row.group = group, row.group_score = row.kept ? 1 : random.uniform(0.8, 1),
      row.group_kind = row.kept ? "" : copies[(static_cast<size_t>(group) + place) % 3];
    if (place == 0)
      report.groups.push_back({group, "largest true resolution (" + std::to_string(row.effective_height) + " px)"});
    if (place == 1 || place == 2)
      row.issues.push_back({"near-duplicate", "high", report.rows[i - place].path,
                            "the same picture, " + row.group_kind, row.group_score});
    if (place == 2)
      row.issues.push_back({"leak", "high", report.rows[i - place].path, "also in the training part", 0.97});
    if (place == 3) {
      const int side = 80 + static_cast<int>(random.below(432));
      row.height = side, row.width = side * 4 / 3;
      row.issues.push_back({"low-resolution", "medium", "", "short side " + std::to_string(side) + " px, threshold 512",
                            1 - side / 512.0});
    }
    if (place == 4)
      row.issues.push_back(
          {"blurry", "medium", "", "no sharp edge: variance of the Laplacian 11.2", random.uniform(0.5, 1)});
    if (place == 5 || place == 6) {
      row.issues.push_back({"mislabelled", "medium", classes[random.below(5)],
                            "looks like another class (0.91 against 0.02)", random.uniform(0.5, 1)});
      report.spot_checks.push_back({static_cast<uint32_t>(i), place == 6, random.uniform(0, 1)});
    }
    if (place == 7) row.issues.push_back({"corrupt", "high", "", "cut short: 31 % of the picture is lost", 0.99});
    if (i == rows - 1)
      row = {.path = "daisy",
             .label = "daisy",
             .issues = {{"imbalance", "low", "rose", "41 pictures, 18 times fewer than rose", 0.6}}};
    report.rows.push_back(row);
  }
  report.pictures = rows * 3, report.files = rows * 3 + 12;
  uint64_t many = rows;
  for (const char* label : classes) report.classes.push_back({label, {many, many * 4 / 5}}), many = many * 2 / 3;
  report.histograms = {{"low-resolution", "short side, px", 0, 2048, 512, true, std::vector<uint64_t>(64, 0)},
                       {"blurry", "variance of the Laplacian", 0, 400, 20, true, std::vector<uint64_t>(50, 0)}};
  for (const auto& row : report.rows)
    ++report.histograms[0].counts[std::min<size_t>(63, static_cast<size_t>(std::min(row.width, row.height)) / 32)];
  for (size_t i = 0; i < 50; ++i)
    report.histograms[1].counts[i] =
        i < 3 ? rows / 20 / (3 - i)
              : static_cast<uint64_t>(static_cast<double>(rows) / 12 *
                                      std::exp(-std::pow((static_cast<double>(i) - 16) / 9, 2)));
  report.notes = {
      "8.1 % of the validation part is also in train (24 of 297): accuracy would be measured on pictures that were "
      "learned.",
      "watermark \"</script>\" seen on 87 pictures"};
  report.facts = {{"sandbox", "seccomp + rlimits"}, {"measured", std::to_string(rows)}, {"pictures/s", "412"}};
  return report;
}

/// Thumbnails for the rows: 64 different groups, made once.
inline void add_thumbnails(report::CleanReport& report) {
  std::vector<std::string> pictures;
  for (uint64_t i = 0; i < 64; ++i) {
    for (const char* kind : {"", "copy", "crop", "mirrored"})
      pictures.push_back(jpeg_of(report::thumbnail(sample_copy(i, kind), 160, 82)));
  }
  report.thumbnail = [pictures, rows = report.rows](size_t i) {
    const std::string& kind = rows[i].group_kind;
    const size_t edit = kind == "copy" ? 1 : kind == "crop" ? 2 : kind == "mirrored" ? 3 : 0;
    const size_t number = rows[i].group >= 0 ? static_cast<size_t>(rows[i].group) : i;
    return rows[i].width == 0 || i % 8 == 7 ? std::string() : pictures[number % 64 * 4 + edit];
  };
}

}  // namespace surefoot::testing
