#include "surefoot/cli/arguments.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"

namespace surefoot::cli {
namespace {

Arguments parse(std::vector<std::string> words) {
  words.insert(words.begin(), "surefoot");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return parse_arguments(static_cast<int>(argv.size()), argv.data());
}

TEST(CommandTable, CommandsAndOptionsAreFrozen) {
  // Scripts rely on these: an option may be added, none may go or change its kind.
  std::string table;
  for (const Command& command : commands()) {
    table += command.name + " " + command.positionals + ":";
    for (const Option& option : command.options) {
      table += " " + option.name +
               (option.value_name.empty() ? ""
                : option.value_optional   ? "=?"
                                          : "=") +
               (option.repeatable ? "..." : "");
    }
    table += "\n";
  }
  EXPECT_EQ(
      table,
      "clean DIR: out= checks= threshold= weights= label-budget= reference=... apply=? take=... undo max-share= force fail-on=... "
      "shard= merge=... seed= threads= json quiet no-progress\n"
      "split DIR: out= val= test= seed= groups= threads= json quiet no-progress\n"
      "train [DIR]: out= model= epochs= weights= preset= recipe= set=... time= device= chaos= no-supervisor allow-changes json "
      "quiet no-progress\n"
      "plan [DIR|RECIPE.yaml]: model= memory= hardware= prices= team= money= probe classes= pictures= batch= precision= epochs= "
      "image-size= device= preset= recipe= set=... json\n"
      "eval RUN|WEIGHTS DIR: json device= set=...\n"
      "predict RUN|WEIGHTS FILE|DIR...: top-k= json csv device= set=...\n"
      "bench : data= model= batch= precision= steps= threads= image-size= loader-only device= preset= recipe= "
      "set=... json\n"
      "label-scores : in= out= threads=\n"
      "models : json filter=\n"
      "presets : json\n"
      "recipe : explain check= preset= recipe= set=...\n"
      "help [COMMAND]:\n");
}

TEST(CommandTable, EveryCommandAndOptionHasAHelpText) {
  for (const Command& command : commands()) {
    EXPECT_FALSE(command.summary.empty()) << command.name;
    for (const Option& option : command.options)
      EXPECT_FALSE(option.help.empty()) << command.name << " --" << option.name;
  }
}

TEST(ParseArguments, AnOptionalValueIsNotTakenFromThePositionals) {
  const Arguments alone = parse({"clean", "--apply", "photos"}),
                  with_file = parse({"clean", "photos", "--apply", "d.csv", "--quiet"}),
                  at_the_end = parse({"clean", "photos", "--apply"}),
                  before = parse({"clean", "--apply=d.csv", "photos"});
  EXPECT_EQ(alone.positionals, std::vector<std::string>{"photos"});
  EXPECT_TRUE(alone.has("apply"));
  EXPECT_EQ(alone.text("apply"), "");
  EXPECT_EQ(with_file.text("apply"), "d.csv");
  EXPECT_TRUE(at_the_end.has("apply"));
  EXPECT_EQ(before.text("apply"), "d.csv");
  EXPECT_EQ(before.positionals, std::vector<std::string>{"photos"});
}

TEST(ParseArguments, TakesValuesAfterASpaceOrAnEqualsSign) {
  const Arguments arguments =
      parse({"train", "--epochs=3", "photos", "--out", "runs/a", "--set=optim.lr=1", "--set", "seed=2", "--json"});
  EXPECT_EQ(arguments.command, "train");
  EXPECT_EQ(arguments.positionals, (std::vector<std::string>{"photos"}));
  EXPECT_EQ(arguments.text("epochs"), "3");
  EXPECT_EQ(arguments.text("out"), "runs/a");
  EXPECT_EQ(arguments.values("set"), (std::vector<std::string>{"optim.lr=1", "seed=2"}));
  EXPECT_TRUE(arguments.has("json"));
  EXPECT_FALSE(arguments.has("quiet"));
  EXPECT_EQ(arguments.text("quiet"), "");
}

TEST(ParseArguments, TwoDashesEndTheOptions) {
  const Arguments arguments = parse({"predict", "run", "--json", "--", "--csv", "-x.jpg", "--"});
  EXPECT_EQ(arguments.positionals, (std::vector<std::string>{"run", "--csv", "-x.jpg", "--"}));
  EXPECT_TRUE(arguments.has("json"));
  EXPECT_FALSE(arguments.has("csv"));
}

TEST(ParseArguments, ASingleDashIsAName) {
  EXPECT_EQ(parse({"eval", "-", "photos"}).positionals, (std::vector<std::string>{"-", "photos"}));
}

TEST(ParseArguments, ASwitchMayBeRepeatedAndAValueMayBeginWithOneDash) {
  EXPECT_TRUE(parse({"train", "photos", "--json", "--json"}).has("json"));
  EXPECT_EQ(parse({"train", "photos", "--out", "-odd"}).text("out"), "-odd");
  EXPECT_EQ(parse({"train", "photos", "--out=--odd"}).text("out"), "--odd");
}

TEST(ParseArguments, HelpNeedsNoPositionals) {
  EXPECT_TRUE(parse({}).help);
  EXPECT_TRUE(parse({"--help"}).help);
  EXPECT_TRUE(parse({"eval", "--help"}).help);
  EXPECT_TRUE(parse({"eval", "-h"}).help);
  EXPECT_FALSE(parse({"eval", "a", "--", "--help"}).help);
}

TEST(ParseArguments, AnEmptyArgvIsTheOverview) { EXPECT_TRUE(parse_arguments(0, nullptr).help); }

TEST(ParseArguments, CountsAreWholeNumbersFromOne) {
  EXPECT_EQ(parse({"predict", "a", "b", "--top-k", "5"}).number("top-k", 1), 5);
  EXPECT_EQ(parse({"predict", "a", "b"}).number("top-k", 1), 1);
  for (const char* wrong : {"0", "-1", "x", "1.5", "5x", " 5", "99999999999999999999"}) {
    EXPECT_THROW(parse({"predict", "a", "b", std::string("--top-k=") + wrong}), Error) << wrong;
  }
}

TEST(ParseArguments, WrongUsageIsAUsageError) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"nope"},
                                             {""},
                                             {"--nope"},
                                             {"train", "--nope"},
                                             {"train", "a", "b"},
                                             {"eval", "a"},
                                             {"predict", "a"},
                                             {"models", "a"},
                                             {"train", "a", "--out"},
                                             {"train", "a", "--out", "--json"},
                                             {"train", "a", "--out="},
                                             {"train", "a", "--json=1"},
                                             {"train", "a", "-j"},
                                             {"train", "a", "--out", "x", "--out", "y"},
                                             {"train", "--=x"},
                                             {"train", "--help=x"}}) {
    try {
      parse(words);
      ADD_FAILURE() << words[0] << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage) << error.what();
      EXPECT_EQ(error.exit_code(), 2);
    }
  }
}

TEST(CommandLine, RepeatsTheWordsQuotedForAShell) {
  EXPECT_EQ(command_line(parse({"train", "my photos", "--out=runs/a", "--set", "data.mean=[1, 2]"})),
            "surefoot train 'my photos' --out=runs/a --set 'data.mean=[1, 2]'");
  EXPECT_EQ(command_line(parse({"train", "it's", "--out", "$HOME"})), "surefoot train 'it'\\''s' --out '$HOME'");
  EXPECT_EQ(command_line(parse({"train", ""})), "surefoot train ''");
}

}  // namespace
}  // namespace surefoot::cli
