#include "surefoot/report/clean_report.h"

#include <algorithm>

#include "surefoot/base/escape.h"
#include "surefoot/report/clean_report_data.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

// Rows of a chunk are read at once when the page opens, thumbnails of a chunk when one of them is to be seen.
constexpr size_t kRowsOfChunk = 2000, kThumbnailsOfChunk = 64, kFlushBytes = size_t{1} << 20;

/// Gathers small pieces into writes of about a megabyte.
class PageWriter {
 public:
  explicit PageWriter(WritableFile& file) : file_(file) {}
  void add(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kFlushBytes) flush();
  }
  void flush() {
    if (!buffer_.empty()) file_.append(std::string_view(buffer_));
    buffer_.clear();
  }

 private:
  WritableFile& file_;
  std::string buffer_;
};

void begin_data(PageWriter& page, const std::string& id) {
  page.add("<script type=\"application/json\" id=\"" + id + "\">");
}
void end_data(PageWriter& page) { page.add("</script>\n"); }

void write_head(const CleanReport& report, PageWriter& page) {
  const CleanPage& texts = clean_page();
  page.add(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; "
      "img-src data: file:; script-src " +
      policy_hash(texts.script_sha256) + "; style-src " + policy_hash(texts.style_sha256) + "\">\n");
  page.add(
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
      "content=\"no-referrer\">\n<title>" +
      escape_html(report.title) + "</title>\n<style>" + texts.style + "</style>\n</head>\n<body>\n" + texts.markup);
}

void write_rows(const CleanReport& report, PageWriter& page) {
  for (size_t begin = 0; begin < report.rows.size(); begin += kRowsOfChunk) {
    begin_data(page, "rows-" + std::to_string(begin / kRowsOfChunk));
    for (size_t i = begin; i < std::min(begin + kRowsOfChunk, report.rows.size()); ++i)
      page.add((i == begin ? "[" : ",\n") + clean_row_json(report, report.rows[i]));
    page.add("]");
    end_data(page);
  }
}

/// Hands the budget out in row order, but keeps back what copies further down are likely to need: their differences are
/// computed from thumbnails.
class ThumbnailBudget {
 public:
  explicit ThumbnailBudget(const CleanReport& report) : report_(report), left_(report.thumbnail_budget_bytes) {
    for (const CleanRow& row : report.rows) copies_left_ += row.group >= 0;
  }

  /// Base64 of the row's thumbnail; empty where there is none, or none to spare.
  std::string next(size_t row) {
    const bool copy = report_.rows[row].group >= 0;
    const uint64_t average = given_ == 0 ? 0 : (report_.thumbnail_budget_bytes - left_) / given_;
    if (left_ < average || (!copy && left_ < (copies_left_ + 1) * average)) return "";
    copies_left_ -= copy;
    const std::string bytes = report_.thumbnail(row);
    std::string text = bytes.starts_with("\xFF\xD8") ? base64(bytes) : "";
    if (text.empty() || text.size() > left_) return "";
    left_ -= text.size();
    ++given_;
    return text;
  }

 private:
  const CleanReport& report_;
  uint64_t left_, copies_left_ = 0, given_ = 0;
};

/// Chunk k holds rows 64 k .. 64 k + 63.
void write_thumbnails(const CleanReport& report, PageWriter& page) {
  if (!report.thumbnail) return;
  ThumbnailBudget budget(report);
  for (size_t begin = 0; begin < report.rows.size(); begin += kThumbnailsOfChunk) {
    begin_data(page, "thumbnails-" + std::to_string(begin / kThumbnailsOfChunk));
    for (size_t i = begin; i < std::min(begin + kThumbnailsOfChunk, report.rows.size()); ++i)
      page.add((i == begin ? "[\"" : ",\"") + budget.next(i) + "\"");
    page.add("]");
    end_data(page);
  }
}

}  // namespace

void write_clean_report(const CleanReport& report, WritableFile& file) {
  PageWriter page(file);
  write_head(report, page);
  begin_data(page, "report");
  page.add(clean_summary_json(report));
  end_data(page);
  write_rows(report, page);
  // The script stands before the thumbnails: the page works while they are still being read.
  page.add("<script>" + clean_page().script + "</script>\n");
  write_thumbnails(report, page);
  page.add("</body>\n</html>\n");
  page.flush();
}

}  // namespace surefoot::report
