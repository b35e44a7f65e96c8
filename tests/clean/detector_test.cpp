#include "surefoot/clean/detector.h"

#include <gtest/gtest.h>

#include <set>

#include "surefoot/base/error.h"

namespace surefoot::clean {
namespace {

TEST(Detectors, HaveNamesSummariesAndSourcesOfTheirOwn) {
  std::set<std::string> names;
  for (const DetectorSpec& spec : all_detectors()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_GT(std::string(spec.summary).size(), 10u) << spec.name;
    EXPECT_FALSE(std::string(spec.source).empty()) << spec.name;
    EXPECT_NE(spec.run, nullptr) << spec.name;
    EXPECT_EQ(&find_detector(spec.name), &spec);
  }
}

TEST(Detectors, AMisspeltCheckIsRefusedWithTheList) {
  try {
    find_detector("luok");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnknownName);
    EXPECT_NE(error.fix().find("the checks are"), std::string::npos);
  }
}

}  // namespace
}  // namespace surefoot::clean
