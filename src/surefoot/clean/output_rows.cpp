#include "surefoot/clean/output_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/clean/issue.h"

namespace surefoot::clean {
namespace {

constexpr size_t kPiece = size_t{1} << 16;

/// Appends lines in pieces, so that a million rows cost a thousand writes.
class Rows {
 public:
  explicit Rows(WritableFile& file) : file_(file) {}
  void line(const std::string& text) {
    pending_ += text;
    pending_ += '\n';
    if (pending_.size() >= kPiece) finish();
  }
  void finish() {
    file_.append(std::string_view(pending_));
    pending_.clear();
  }

 private:
  WritableFile& file_;
  std::string pending_;
};

void write_rows(Files& files, const std::string& file, const std::function<void(Rows&)>& write) {
  write_atomically(files, file, [&](WritableFile& target) {
    Rows rows(target);
    write(rows);
    rows.finish();
  });
}

/// Six decimals, no needless zeros: short, and the same on every machine.
std::string score_text(double score) { return format_number(std::round(score * 1e6) / 1e6); }

std::string row_of(std::initializer_list<std::string> fields) {
  std::string row;
  for (const std::string& field : fields) {
    row += field;
    row += ',';
  }
  row.pop_back();
  return row;
}

std::unordered_map<std::string_view, uint32_t> positions(const Collection& collection) {
  std::unordered_map<std::string_view, uint32_t> found;
  found.reserve(collection.pictures.size());
  for (uint32_t i = 0; i < collection.pictures.size(); ++i) {
    if (!collection.pictures[i].reference) found.emplace(collection.pictures[i].path, i);
  }
  return found;
}

int effective(int side, const index::PictureFacts& facts) {
  return facts.measured ? static_cast<int>(std::lround(side * facts.resolution.effective_share)) : side;
}

std::string column_name(std::string_view issue) {
  std::string name(issue);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Of a file's findings, for pictures.csv: `issue` -> the highest score.
using Scores = std::map<std::string_view, double>;

std::string picture_row(const Collection& collection,
                        const Picture& picture,
                        const std::string& group,
                        const Scores& scores) {
  const index::PictureFacts& facts = picture.facts;
  std::string row =
      row_of({escape_csv(picture.path), escape_csv(class_name(collection, picture)), part_name(picture.part),
              std::to_string(facts.width), std::to_string(facts.height), std::to_string(picture.size_bytes),
              image::format_name(facts.format), std::to_string(effective(facts.width, facts)),
              std::to_string(effective(facts.height, facts)), group});
  for (const IssueInfo& issue : all_issues()) {
    const auto found = scores.find(issue.id);
    // As in cleanlab, 0 is the worst here: its readers sort ascending.
    row += found == scores.end() ? ",False,1" : ",True," + score_text(1 - found->second);
  }
  return row;
}

}  // namespace

const char* copy_name(const CopyMember& member) {
  if (member.level == CopyLevel::kBytes) return "bytes";
  return member.level == CopyLevel::kPixels ? "pixels" : index::copy_kind_name(member.kind);
}

const std::string& class_name(const Collection& collection, const Picture& picture) {
  static const std::string none;
  return picture.label < 0 ? none : collection.classes[static_cast<size_t>(picture.label)];
}

void write_findings_csv(Files& files, const std::string& file, const CleanResults& results) {
  write_rows(files, file, [&](Rows& rows) {
    rows.line("path,issue,severity,score,related,detail");
    for (const Finding& each : results.findings) {
      rows.line(row_of({escape_csv(each.path), each.issue, severity_name(each.severity), score_text(each.score),
                        escape_csv(each.related), escape_csv(each.detail)}));
    }
  });
}

void write_findings_jsonl(Files& files,
                          const std::string& file,
                          const Collection& collection,
                          const CleanResults& results) {
  const auto position = positions(collection);
  write_rows(files, file, [&](Rows& rows) {
    for (const Finding& each : results.findings) {
      std::string line = "{\"path\":" + json_string(each.path) + ",\"issue\":" + json_string(each.issue) +
                         ",\"severity\":\"" + severity_name(each.severity) + "\",\"score\":" + score_text(each.score) +
                         ",\"related\":" + json_string(each.related) + ",\"detail\":" + json_string(each.detail);
      if (const auto at = position.find(each.path); at != position.end()) {
        const Picture& picture = collection.pictures[at->second];
        line += ",\"label\":" + json_string(class_name(collection, picture)) + ",\"part\":\"" +
                part_name(picture.part) + "\",\"content\":\"" + picture.content +
                "\",\"width\":" + std::to_string(picture.facts.width) +
                ",\"height\":" + std::to_string(picture.facts.height);
      } else {  // of a class: the same fields in every line
        line += R"(,"label":"","part":"","content":"","width":0,"height":0)";
      }
      rows.line(line + "}");
    }
  });
}

void write_pictures_csv(Files& files,
                        const std::string& file,
                        const Collection& collection,
                        const CleanResults& results) {
  std::vector<std::string> group(collection.pictures.size());
  for (size_t g = 0; g < results.groups.size(); ++g) {
    group[results.groups[g].kept] = std::to_string(g);
    for (const CopyMember& member : results.groups[g].members) group[member.picture] = std::to_string(g);
  }
  std::unordered_map<std::string_view, Scores> scores;
  for (const Finding& each : results.findings) {
    double& score = scores[each.path].try_emplace(each.issue, each.score).first->second;
    score = std::max(score, each.score);
  }
  write_rows(files, file, [&](Rows& rows) {
    std::string header = "path,label,part,width,height,size_bytes,format,effective_width,effective_height,group";
    for (const IssueInfo& issue : all_issues())
      header += ",is_" + column_name(issue.id) + "_issue," + column_name(issue.id) + "_score";
    rows.line(header);
    for (size_t i = 0; i < collection.pictures.size(); ++i) {
      const Picture& picture = collection.pictures[i];
      if (!picture.reference) rows.line(picture_row(collection, picture, group[i], scores[picture.path]));
    }
  });
}

void write_groups_csv(Files& files,
                      const std::string& file,
                      const Collection& collection,
                      const CleanResults& results) {
  write_rows(files, file, [&](Rows& rows) {
    rows.line("group,path,kept,kind,score");
    for (size_t g = 0; g < results.groups.size(); ++g) {
      const CopyGroup& group = results.groups[g];
      rows.line(row_of({std::to_string(g), escape_csv(collection.pictures[group.kept].path), "True", "kept", "1"}));
      for (const CopyMember& member : group.members) {
        rows.line(row_of({std::to_string(g), escape_csv(collection.pictures[member.picture].path), "False",
                          copy_name(member), score_text(member.score)}));
      }
    }
  });
}

void write_sampler_csv(Files& files,
                       const std::string& file,
                       const Collection& collection,
                       const CleanResults& results,
                       const std::map<std::string, std::string>& went) {
  write_rows(files, file, [&](Rows& rows) {
    rows.line("path,weight");
    for (size_t i = 0; i < collection.pictures.size(); ++i) {
      const Picture& picture = collection.pictures[i];
      const bool trained_on =
          picture.label >= 0 && picture.part == Part::kTrain && picture.named_picture && !picture.reference;
      const auto moved = went.find(picture.path);
      const std::string& path = moved == went.end() ? picture.path : moved->second;
      if (trained_on && !path.empty()) rows.line(row_of({escape_csv(path), format_number(results.sampler_weights[i])}));
    }
  });
}

void write_spot_check_csv(Files& files,
                          const std::string& file,
                          const Collection& collection,
                          const CleanResults& results) {
  write_rows(files, file, [&](Rows& rows) {
    rows.line("path,label,random,edge,cluster");
    for (const SpotCheck& each : results.spot_checks) {
      const Picture& picture = collection.pictures[each.picture];
      rows.line(row_of({escape_csv(picture.path), escape_csv(class_name(collection, picture)),
                        each.random ? "True" : "False", score_text(each.edge), std::to_string(each.cluster)}));
    }
  });
}

void write_decisions_csv(Files& files, const std::string& file, const std::vector<Decision>& decisions) {
  write_rows(files, file, [&](Rows& rows) {
    rows.line("path,content,issue,decision,label,related");
    for (const Decision& each : decisions) {
      rows.line(row_of({escape_csv(each.path), each.content, escape_csv(each.issue), choice_name(each.choice),
                        escape_csv(each.label), escape_csv(each.related)}));
    }
  });
}

}  // namespace surefoot::clean
