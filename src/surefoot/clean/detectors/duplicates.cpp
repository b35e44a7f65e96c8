// Copies: who is a copy of what, under which label, and on which side of the split. Counts are of pictures, never of
// pairs.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {

const DetectorParameter kParameters[] = {
    {"high_score", 0.8, "share of compared blocks that must agree before a copy or crop is taken without a look"},
};

struct Sibling {
  uint32_t picture;
  double score;  // of the comparison with the kept picture; the kept one itself has 1
  bool is_sure;  // exact, or a copy or crop with a high score
};

std::string how(const CopyMember& member) {
  if (member.level == CopyLevel::kBytes) return "the same bytes";
  if (member.level == CopyLevel::kPixels) return "the same pixels in another file";
  const std::string agree = std::to_string(static_cast<int>(100 * member.score)) + " % of the compared blocks agree";
  const std::string marked = member.watermarked ? ", with an overlay" : "";
  switch (member.kind) {
    case index::CopyKind::kCrop:
      return "a crop or an extension" + marked + ": " + agree;
    case index::CopyKind::kMirrored:
      return "a mirrored copy" + marked + ": " + agree;
    case index::CopyKind::kRotated:
      return "a rotated copy" + marked + ": " + agree;
    default:
      return "an edited copy" + marked + ": " + agree;
  }
}

/// Goes through the groups once and lists what it sees.
class Listing {
 public:
  Listing(const Collection& collection, CleanResults& results)
      : all_(collection.pictures), collection_(collection), results_(results) {}

  void group(const CopyGroup& group) {
    std::vector<Sibling> siblings;
    if (!all_[group.kept].reference) siblings.push_back({group.kept, 1, true});
    for (const CopyMember& member : group.members) {
      const bool is_turned = member.kind == index::CopyKind::kMirrored || member.kind == index::CopyKind::kRotated;
      siblings.push_back({member.picture, member.score,
                          member.level != CopyLevel::kEdited || (!is_turned && member.score >= kParameters[0].value)});
      duplicate(group, member, siblings.back().is_sure);
    }
    label_conflicts(siblings);
    leaks(group, siblings);
  }

  void summary(size_t groups) {
    const auto fact = [&](const char* key, uint64_t count) { results_.facts.emplace_back(key, std::to_string(count)); };
    fact("copy_groups", groups);
    fact("exact_duplicate_pictures", exact_);
    fact("near_duplicate_pictures", near_);
    fact("label_conflict_pictures", conflicts_);
    if (!collection_.has_parts) return;
    leak_summary(Part::kValidation, "validation", "leaked_validation_pictures", "leaked_validation_share");
    leak_summary(Part::kTest, "test", "leaked_test_pictures", "leaked_test_share");
  }

 private:
  const std::string& label_name(const Picture& picture) const {
    return collection_.classes[static_cast<size_t>(picture.label)];
  }
  static bool differ(const Picture& a, const Picture& b) { return a.label >= 0 && b.label >= 0 && a.label != b.label; }

  void duplicate(const CopyGroup& group, const CopyMember& member, bool is_sure) {
    const Picture &kept = all_[group.kept], &copy = all_[member.picture];
    const bool is_exact = member.level != CopyLevel::kEdited;
    ++(is_exact ? exact_ : near_);
    Finding finding{copy.path,       is_exact ? "exact-duplicate" : "near-duplicate",
                    Severity::kHigh, member.score,
                    kept.path,       how(member)};
    finding.detail += "; kept is the other: " + group.reason;
    // Nobody but a person knows which of two labels is right: nothing is taken.
    const bool is_disputed = !kept.reference && differ(kept, copy);
    if (is_disputed) finding.detail += "; labelled " + label_name(copy) + ", the kept one " + label_name(kept);
    if (is_disputed || !is_sure) finding.severity = Severity::kMedium;
    results_.findings.push_back(std::move(finding));
  }

  /// Listed for every copy, with the first one of another label.
  void label_conflicts(const std::vector<Sibling>& siblings) {
    for (const Sibling& sibling : siblings) {
      const Picture& picture = all_[sibling.picture];
      const auto other = std::find_if(siblings.begin(), siblings.end(),
                                      [&](const Sibling& s) { return differ(all_[s.picture], picture); });
      if (other == siblings.end()) continue;
      ++conflicts_;
      const Picture& second = all_[other->picture];
      results_.findings.push_back({picture.path, "label-conflict", Severity::kMedium,
                                   std::min(sibling.score, other->score), second.path,
                                   "labelled " + label_name(picture) + ", its copy " + label_name(second)});
    }
  }

  /// Where the kept copy is the validation picture itself, taking its copies out of the training part ends the leak:
  /// nothing is wrong with it.
  void leaks(const CopyGroup& group, const std::vector<Sibling>& siblings) {
    if (!collection_.has_parts) return;
    const auto trained = std::find_if(siblings.begin(), siblings.end(),
                                      [&](const Sibling& s) { return all_[s.picture].part == Part::kTrain; });
    if (trained == siblings.end()) return;
    for (const Sibling& sibling : siblings) {
      const Picture& picture = all_[sibling.picture];
      if (picture.part == Part::kTrain) continue;
      ++leaked_[static_cast<size_t>(picture.part)];
      const Picture& copy = all_[trained->picture];
      const bool is_taken = sibling.picture != group.kept && sibling.is_sure && !differ(picture, all_[group.kept]);
      results_.findings.push_back({picture.path, "leak", is_taken ? Severity::kHigh : Severity::kMedium,
                                   std::min(sibling.score, trained->score), copy.path,
                                   std::string("of the ") + (picture.part == Part::kTest ? "test" : "validation") +
                                       " part, and its copy is in the training part"});
    }
  }

  void leak_summary(Part part, const std::string& name, const char* count_key, const char* share_key) {
    const auto of_part = [&](const Picture& p) { return p.part == part && !p.reference && p.facts.measured; };
    const auto total = static_cast<uint64_t>(std::count_if(all_.begin(), all_.end(), of_part));
    if (total == 0) return;
    const uint64_t leaked = leaked_[static_cast<size_t>(part)];
    const double share = static_cast<double>(leaked) / static_cast<double>(total);
    results_.facts.emplace_back(count_key, std::to_string(leaked));
    results_.facts.emplace_back(share_key, std::to_string(share));
    if (leaked > 0) {
      results_.notes.push_back(format("%.1f %% of the ", 100 * share) + name + " part is also in train (" +
                               std::to_string(leaked) + " of " + std::to_string(total) + ")");
    }
  }

  const std::vector<Picture>& all_;
  const Collection& collection_;
  CleanResults& results_;
  uint64_t exact_ = 0, near_ = 0, conflicts_ = 0;
  std::array<uint64_t, 3> leaked_{};  // by part
};

ScoreHistogram histogram_of(const std::vector<CopyGroup>& groups) {
  constexpr size_t kBins = 30;
  ScoreHistogram histogram{
      "near-duplicate", "share of compared blocks that agree", 0.7, 1, 0.7, false, std::vector<uint64_t>(kBins)};
  for (const CopyGroup& group : groups) {
    for (const CopyMember& member : group.members) {
      if (member.level != CopyLevel::kEdited) continue;
      const double place = (member.score - histogram.low) / (histogram.high - histogram.low) * kBins;
      ++histogram.counts[static_cast<size_t>(std::clamp(place, 0.0, kBins - 1.0))];
    }
  }
  return histogram;
}

void run(const Collection& collection, DetectorContext& context) {
  Listing listing(collection, context.results);
  for (const CopyGroup& group : context.results.groups) listing.group(group);
  listing.summary(context.results.groups.size());
  context.results.histograms.push_back(histogram_of(context.results.groups));
}

}  // namespace

extern const DetectorSpec duplicates{
    .name = "duplicates",
    .summary = "copies of a picture: exact, edited, under other labels, on both sides of the split",
    .source = "PDQ (Meta 2019), ORB (Rublee et al. 2011), block-wise cross-correlation; groups around a kept picture",
    .parameters = kParameters,
    .run = run};

}  // namespace surefoot::clean::detectors
