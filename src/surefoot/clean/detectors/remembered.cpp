// What a person rejected in an earlier run comes back with the next crawl: recognised by its bytes, or by its pixels
// where only the metadata differ.
#include "surefoot/clean/detector.h"
#include "surefoot/clean/settled.h"

namespace surefoot::clean::detectors {
namespace {

void run(const Collection& collection, DetectorContext& context) {
  const DecisionLookup lookup(context.decisions);
  for (const Picture& picture : collection.pictures) {
    if (picture.reference || picture.content.empty()) continue;
    const Decision* rejected = nullptr;
    for (const Decision* each : lookup.of(picture)) {
      // The least path, so that the words do not depend on an order.
      if (rejects_content(*each) && (rejected == nullptr || each->path < rejected->path)) rejected = each;
    }
    if (rejected == nullptr) continue;
    const bool same_bytes = rejected->content == picture.content;
    context.results.findings.push_back(
        {.path = picture.path,
         .issue = "rejected-before",
         .severity = Severity::kHigh,
         .score = 1,
         .related = "",
         .detail = std::string(same_bytes ? "the same bytes were" : "the same pixels were") + " rejected as " +
                   rejected->path + (rejected->issue.empty() ? "" : " (" + rejected->issue + ")")});
  }
}

}  // namespace

extern const DetectorSpec remembered;
const DetectorSpec remembered{
    .name = "remembered",
    .summary = "pictures that a person rejected in an earlier run, recognised by content",
    .source = "equality of XXH3-128 of the bytes, or of the decoded pixels, with a stored decision",
    .parameters = {},
    .run = run};

}  // namespace surefoot::clean::detectors
