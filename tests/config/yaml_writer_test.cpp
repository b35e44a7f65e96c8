#include <gtest/gtest.h>

#include <cmath>

#include "surefoot/base/philox.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

Recipe read_back(const std::string& yaml) {
  Recipe recipe;
  apply_yaml(recipe, yaml, "written.yaml");
  return recipe;
}

TEST(ToYaml, WritesEveryFieldAndReadsBackEqual) {
  const Recipe recipe;
  const Recipe read = read_back(to_yaml(recipe));
  EXPECT_TRUE(diff(recipe, read).empty());
  EXPECT_EQ(read.typed.size(), fields().size());
}

TEST(ToYaml, NestsSections) {
  const std::string yaml = to_yaml(Recipe());
  EXPECT_TRUE(yaml.starts_with("seed: 0\nmodel:\n  name: resnet18\n")) << yaml;
  EXPECT_NE(yaml.find("\n  batch_norm:\n    group: 32\n  precision: auto\n"), std::string::npos) << yaml;
}

TEST(ToYaml, KeepsEveryBitOfNumbers) {
  Philox random(7, Purpose::kSynthetic, 0, 0);
  for (int i = 0; i < 300; ++i) {
    Recipe recipe;
    recipe.optim.lr = std::ldexp(random.uniform() + 1e-9, static_cast<int>(random.below(600)) - 300);
    recipe.run.seed = static_cast<int64_t>(random.next_u64() >> 1);
    recipe.data.mean = {random.normal(), random.normal() * 1e-200, random.normal() * 1e200};
    ASSERT_TRUE(diff(recipe, read_back(to_yaml(recipe))).empty()) << to_yaml(recipe);
  }
}

TEST(ToYaml, KeepsStringsThatYamlWouldTakeForSomethingElse) {
  for (const char* text : {"null",
                           "Null",
                           "~",
                           "true",
                           "no",
                           "off",
                           "1",
                           "1e5",
                           ".5",
                           "0x10",
                           "-",
                           "- a",
                           "a: b",
                           "a #b",
                           "#",
                           "[a]",
                           "{a}",
                           "'",
                           "''",
                           "\"",
                           "\\",
                           "\\x41",
                           "\\\\",
                           " lead",
                           "trail ",
                           "two  spaces",
                           "&a",
                           "*a",
                           "!tag",
                           "%",
                           "@",
                           "`",
                           "|",
                           ">",
                           "?",
                           "a\nb",
                           "a\r\nb",
                           "\t",
                           "---",
                           "...",
                           "<<",
                           ",",
                           "é",
                           "日本",
                           "\xff\xfe",
                           "\x1b[31m",
                           "C:\\pictures\\x00",
                           "../a/b-c_d.e",
                           "",
                           "\xEF\xBB\xBF",
                           "\xC2\x85",
                           "\xE2\x80\xA8",
                           "\xE2\x80\xAE"
                           "gpj.exe"}) {
    Recipe recipe;
    recipe.data.path = text;
    EXPECT_EQ(read_back(to_yaml(recipe)).data.path, text) << to_yaml(recipe);
    EXPECT_EQ(read_back(explain(recipe)).data.path, text);
  }
}

TEST(ToYaml, KeepsAnyBytes) {
  Philox random(8, Purpose::kSynthetic, 0, 0);
  for (int i = 0; i < 500; ++i) {
    Recipe recipe;
    for (uint64_t n = random.below(24); n > 0; --n) recipe.data.path += static_cast<char>(1 + random.below(255));
    ASSERT_EQ(read_back(to_yaml(recipe)).data.path, recipe.data.path) << to_yaml(recipe);
  }
}

TEST(ToYaml, WritesNoByteThatIsNotPrintable) {
  Recipe recipe;
  recipe.data.path = "\xff\x1b\x7f\n";
  for (const char c : to_yaml(recipe)) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
}

TEST(Explain, SaysHelpRangeAndDefaultOfEveryFieldAndReadsBackEqual) {
  Recipe recipe;
  recipe.optim.lr = 0.3;
  const std::string text = explain(recipe);
  for (const Field& field : fields()) EXPECT_NE(text.find("# " + field.help + "\n"), std::string::npos) << field.key;
  for (const auto& [name, help] : sections())
    EXPECT_NE(text.find("# " + name + ": " + help + "\n"), std::string::npos) << name;
  EXPECT_NE(text.find("  # a number in (0,inf); default 0.05\n  lr: 0.3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  # a whole number in [8,4096] (px); default 224\n"), std::string::npos) << text;
  EXPECT_TRUE(diff(recipe, read_back(text)).empty());
}

}  // namespace
}  // namespace surefoot::config
