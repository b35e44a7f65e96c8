#include "surefoot/chaos/plan.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::chaos {
namespace {

/// The message that refuses a plan; empty where it is taken.
std::string refusal(const std::string& yaml, ErrorCode code) {
  try {
    parse_plan(yaml, "plan.yaml");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
}

TEST(Plan, ReadsEveryFault) {
  std::string yaml;
  for (const FaultInfo& info : all_faults()) yaml += "- {at_step: 3, fault: " + info.name + "}\n";
  const auto plan = parse_plan(yaml, "plan.yaml");
  ASSERT_EQ(plan.size(), all_faults().size());
  for (size_t i = 0; i < plan.size(); ++i) {
    EXPECT_EQ(plan[i].name(), all_faults()[i].name);
    EXPECT_EQ(plan[i].at_step, 3);
    EXPECT_EQ(plan[i].line, static_cast<int>(i) + 1);
  }
}

TEST(Plan, ReadsValuesAndTheirDefaults) {
  const auto plan = parse_plan(
      "- {at_step: 12, fault: out_of_memory, allocation: 5}\n"
      "- every_steps: 40  # in block style\n"
      "  fault: slow_disk\n"
      "- {at_second: 0.5, fault: leak, bytes_per_second: 3M, seconds: 60}\n"
      "- {at_step: 1, fault: out_of_memory, phase: saving}\n",
      "plan.yaml");
  ASSERT_EQ(plan.size(), 4u);
  EXPECT_EQ(plan[0].allocation, 5);
  EXPECT_EQ(plan[0].describe(), "out_of_memory at step 12");
  EXPECT_EQ(plan[1].every_steps, 40);
  EXPECT_EQ(plan[1].seconds, 2);
  EXPECT_EQ(plan[2].bytes_per_second, 3 << 20);
  EXPECT_EQ(plan[2].at_second, 0.5);
  EXPECT_EQ(plan[3].phase, "saving");
  EXPECT_TRUE(parse_plan("", "plan.yaml").empty());
}

TEST(Plan, RefusesWithTheNearestNameAndTheLine) {
  const std::string fault =
      refusal("- {at_step: 1, fault: kill}\n- {at_step: 2, fault: nan_gradiant}\n", ErrorCode::kRecipeBadValue);
  EXPECT_NE(fault.find("line 2"), std::string::npos) << fault;
  EXPECT_NE(fault.find("did you mean nan_gradient?"), std::string::npos) << fault;
  const std::string key = refusal("- {at_step: 1, fault: heat, celcius: 95}\n", ErrorCode::kRecipeUnknownKey);
  EXPECT_NE(key.find("line 1"), std::string::npos) << key;
  EXPECT_NE(key.find("did you mean celsius?"), std::string::npos) << key;
  EXPECT_NE(refusal("- {at_step: 1, fault: kill, celsius: 95}\n", ErrorCode::kRecipeUnknownKey), "")
      << "a value of another fault";
}

TEST(Plan, AsksForOneMoment) {
  EXPECT_NE(refusal("- {fault: kill}\n", ErrorCode::kRecipeBadValue), "");
  EXPECT_NE(refusal("- {fault: kill, at_step: 1, at_second: 2}\n", ErrorCode::kRecipeBadValue), "");
  EXPECT_NE(refusal("- {at_step: 1}\n", ErrorCode::kRecipeBadValue), "");
}

TEST(Plan, RefusesValuesThatMakeNoSense) {
  for (const char* entry :
       {"at_step: 0, fault: kill", "at_step: 1.5, fault: kill", "at_step: x, fault: kill", "at_step: nan, fault: kill",
        "at_second: -1, fault: kill", "at_step: 1e300, fault: kill", "at_step: 1, fault: out_of_memory, allocation: 0",
        "at_step: 1, fault: out_of_memory, phase: lunch", "at_step: 1, fault: leak, bytes_per_second: 3X",
        "at_step: , fault: kill"}) {
    EXPECT_NE(refusal("- {" + std::string(entry) + "}\n", ErrorCode::kRecipeBadValue), "") << entry;
  }
}

TEST(Plan, RefusesWhatIsNoListOfFlatMaps) {
  for (const char* yaml : {"fault: kill", "kill", "- kill", "- [1, 2]", "- {fault: {a: b}}",
                           "- &a {fault: kill, at_step: 1}\n- *a", "- {fault: kill, fault: hang, at_step: 1}",
                           "- {fault: kill", "--- []\n--- []", "- {at_step: [1], fault: kill}", "- {? {a: b} : c}"}) {
    EXPECT_NE(refusal(yaml, ErrorCode::kRecipeSyntax), "") << yaml;
  }
  EXPECT_NE(refusal(std::string(100'000, '['), ErrorCode::kRecipeSyntax), "") << "depth is refused, not recursed into";
}

TEST(Plan, EveryFaultIsDocumented) {
  const std::string page = real_files().read(std::string(SUREFOOT_SOURCE_DIR) + "/docs/chaos.md");
  for (const FaultInfo& info : all_faults()) {
    EXPECT_NE(page.find("`" + info.name + "`"), std::string::npos) << info.name;
    for (const std::string& value : info.values)
      EXPECT_NE(page.find("`" + value), std::string::npos) << info.name << " " << value;
  }
}

}  // namespace
}  // namespace surefoot::chaos
