#include "surefoot/plan/hardware.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"

namespace surefoot::plan {
namespace embedded {
extern const char* const kHardwareText;
}
namespace {

constexpr size_t kLongest = 1 << 20;  // bytes

/// One file; remembers where it is for its complaints.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void apply(HardwareTable& table, const YAML::Node& root) {
    each(root, {"prices", "cards", "published", "teams"}, [&](const std::string& section, const YAML::Node& value) {
      if (section == "prices") prices(table.prices, value);
      if (section == "cards") cards(table, value);
      if (section == "published")
        list(value, [&](const YAML::Node& entry) { table.published.push_back(published(entry)); });
      if (section == "teams") {
        table.teams.clear();
        list(value, [&](const YAML::Node& entry) { table.teams.push_back(team(entry)); });
      }
    });
  }

 private:
  [[noreturn]] void refuse(ErrorCode code,
                           const YAML::Node& node,
                           const std::string& what,
                           const std::string& fix) const {
    throw Error(code, what, file_ + " line " + std::to_string(node.Mark().line + 1), fix);
  }

  template <class Visit>
  void each(const YAML::Node& map, const std::vector<std::string>& known, Visit&& visit) const {
    if (!map.IsMap()) refuse(ErrorCode::kRecipeSyntax, map, "`key: value` lines are expected", "see docs/planning.md");
    for (const auto& pair : map) {
      const YAML::Node &key = pair.first, &value = pair.second;
      const std::string name = key.Scalar();
      if (!known.empty() && std::ranges::find(known, name) == known.end()) {
        const std::string near = nearest_name(name, known);
        refuse(ErrorCode::kRecipeUnknownKey, key, "there is no `" + name + "` here",
               near.empty() ? "one of those in docs/planning.md" : "did you mean `" + near + "`?");
      }
      visit(name, value);
    }
  }

  template <class Visit>
  void list(const YAML::Node& node, Visit&& visit) const {
    if (!node.IsSequence()) refuse(ErrorCode::kRecipeSyntax, node, "a list is expected", "- {...}");
    for (const YAML::Node& entry : node) visit(entry);
  }

  double number(const YAML::Node& node) const {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1e12))
      refuse(ErrorCode::kRecipeBadValue, node, "`" + text + "` is no number from 0 up", "memory: 24");
    return value;
  }

  std::string word(const YAML::Node& node) const {
    if (!node.IsScalar()) refuse(ErrorCode::kRecipeBadValue, node, "a word is expected", "kind: consumer");
    return node.Scalar();
  }

  void prices(Prices& prices, const YAML::Node& map) const {
    each(map, {"currency", "electricity", "load", "host_watts", "years", "machine"},
         [&](const std::string& key, const YAML::Node& value) {
           if (key == "currency") return void(prices.currency = word(value));
           const double n = number(value);
           if (key == "years" && n == 0)
             refuse(ErrorCode::kRecipeBadValue, value, "cards last longer than 0 years", "years: 3");
           (key == "electricity"  ? prices.electricity
            : key == "load"       ? prices.load
            : key == "host_watts" ? prices.host_watts
            : key == "years"      ? prices.years
                                  : prices.machine) = n;
         });
  }

  void cards(HardwareTable& table, const YAML::Node& map) const {
    each(map, {}, [&](const std::string& name, const YAML::Node& values) {
      auto found = std::ranges::find(table.cards, name, &Card::name);
      if (found == table.cards.end())
        found = table.cards.insert(found, Card{.name = name, .kind = "consumer", .scaling = {}});
      card(*found, values);
      if (found->memory == 0 || found->half == 0 || found->fp32 == 0 || found->bandwidth == 0 || found->watts == 0)
        refuse(ErrorCode::kRecipeBadValue, values, "the card " + name + " is not described",
               "give memory, half, fp32, bandwidth and watts");
    });
  }

  void card(Card& card, const YAML::Node& map) const {
    each(map, {"kind", "memory", "half", "fp32", "bandwidth", "watts", "price", "rent", "scaling"},
         [&](const std::string& key, const YAML::Node& value) {
           if (key == "kind") return void(card.kind = word(value));
           if (key == "scaling") {
             return each(value, {}, [&](const std::string& n, const YAML::Node& times) {
               const int64_t cards = std::atoll(n.c_str());
               if (cards < 2)
                 refuse(ErrorCode::kRecipeBadValue, times, "scaling is from 2 cards on", "scaling: {2: 1.9}");
               card.scaling[cards] = number(times);
             });
           }
           (key == "memory"      ? card.memory
            : key == "half"      ? card.half
            : key == "fp32"      ? card.fp32
            : key == "bandwidth" ? card.bandwidth
            : key == "watts"     ? card.watts
            : key == "price"     ? card.price
                                 : card.rent) = number(value);
         });
  }

  Published published(const YAML::Node& map) const {
    Published row;
    each(map, {"card", "model", "rate", "gflop", "activations"}, [&](const std::string& key, const YAML::Node& value) {
      if (key == "card") return void(row.card = word(value));
      if (key == "model") return void(row.model = word(value));
      (key == "rate" ? row.rate : key == "gflop" ? row.gflop : row.activations) = number(value);
    });
    if (row.card.empty() || row.rate == 0 || row.gflop == 0 || row.activations == 0)
      refuse(ErrorCode::kRecipeBadValue, map, "a published figure lacks something",
             "give card, rate, gflop and activations");
    return row;
  }

  Team team(const YAML::Node& map) const {
    Team team;
    each(map, {"people", "hardware", "machine"}, [&](const std::string& key, const YAML::Node& value) {
      if (key == "people") return void(team.people = static_cast<int64_t>(number(value)));
      (key == "hardware" ? team.hardware : team.machine) = word(value);
    });
    return team;
  }

  const std::string& file_;
};

std::string plain(const std::string& name) {
  std::string text;
  for (const char c : name)
    if (c != ' ') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text.starts_with("rtx") ? text.substr(3) : text;
}

}  // namespace

const Card& HardwareTable::card(const std::string& name) const {
  std::vector<std::string> names;
  for (const Card& each : cards) {
    if (plain(each.name) == plain(name)) return each;
    names.push_back(each.name);
  }
  const std::string near = nearest_name(name, names);
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::kUnknownName, "there is no card `" + name + "`", "known are " + all,
              near.empty() ? "describe it in a file and give that as --prices"
                           : "did you mean `" + near + "`? Others can be described in a file, given as --prices");
}

void apply_hardware(HardwareTable& table, const std::string& yaml, const std::string& file) {
  if (yaml.size() > kLongest)
    throw Error(ErrorCode::kRecipeSyntax, file + " is too long",
                std::to_string(yaml.size()) + " bytes; at most " + std::to_string(kLongest) + " are read",
                "see docs/planning.md");
  try {
    Reader(file).apply(table, YAML::Load(yaml));
  } catch (const YAML::Exception& error) {
    throw Error(ErrorCode::kRecipeSyntax, file + " is not valid YAML",
                "line " + std::to_string(error.mark.line + 1) + ": " + error.msg, "see docs/planning.md");
  }
}

HardwareTable shipped_hardware() {
  HardwareTable table;
  apply_hardware(table, embedded::kHardwareText, "hardware.yaml");
  return table;
}

std::vector<Rig> parse_rigs(const HardwareTable& table, const std::string& text) {
  std::vector<Rig> rigs;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string name = plain(text.substr(begin, end - begin));
    begin = end + 1;
    Rig rig;
    // "2x4090": digits, then x; a card's name has no x behind its first digits.
    int64_t count = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), count);
    if (error == std::errc() && rest != name.data() + name.size() && *rest == 'x') {
      if (count < 1 || count > 1024)
        throw Error(ErrorCode::kUsage, "`" + name + "` is no hardware", "1 to 1024 cards of a kind",
                    "--hardware 2x4090,a6000");
      rig.count = count;
      name.erase(0, static_cast<size_t>(rest - name.data()) + 1);
    }
    rig.card = table.card(name);
    rigs.push_back(std::move(rig));
  }
  return rigs;
}

}  // namespace surefoot::plan
