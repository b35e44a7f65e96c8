#pragma once
// libjpeg-turbo's decompressor with its warnings judged.
#include <csetjmp>
#include <cstdio>
#include <string_view>
#include <vector>

#include <jpeglib.h>

#include "surefoot/image/decoder.h"

namespace surefoot::image {

/// Honest progressive files have about ten scans; thousands over a large picture are a denial of service.
constexpr int kMaxScans = 200;

/// One a thread. Nothing of a picture is there for the next one.
class JpegReader {
 public:
  JpegReader();
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  Outcome header(std::string_view bytes, Header& header);
  Outcome decode(std::string_view bytes, const Part& part, Pixels& pixels);

 private:
  /// Runs `work`; false where libjpeg gave up. `work` must own nothing: a longjmp leaves it without destructors.
  template <class Work>
  bool guarded(const Work& work) {
    if (setjmp(jump_)) return false;
    work();
    return true;
  }
  void renew();
  void begin(std::string_view bytes);
  void read_part(const Part& part, Pixels& pixels);
  void read_rows(const Rect& rect, int first_row, int first_column, Pixels& pixels);
  void note_warning(int code);
  void judge(int code);
  bool harmless_padding() const;
  Outcome check_coefficients(Damage& damage);
  void count_impossible();
  void find_hole();
  void tell(const Outcome& outcome, Damage& damage) const;
  double lost_share(const Outcome& outcome) const;
  uint64_t trailing_bytes() const;
  bool can_be_whole() const;
  bool scans_are_complete() const;
  double missing_coefficients() const;
  Outcome failure() const;
  Outcome verdict() const;
  int orientation() const;
  static JpegReader& of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }
  static void on_error(j_common_ptr info);
  static void on_message(j_common_ptr info, int level);
  static void on_progress(j_common_ptr info);

  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jmp_buf jump_{};
  std::string_view bytes_;
  std::vector<uint8_t> row_;
  char message_[JMSG_LENGTH_MAX]{};
  bool in_header_ = false, ended_ = false, starved_ = false, damaged_ = false, too_many_scans_ = false,
       complete_ = false;
  uint32_t warnings_ = 0;
  int first_bad_row_ = -1, first_bad_scan_ = 0;  // in rows of MCUs; where the first warning came
  double missing_coefficients_ = 0;              // share of those that no scan has brought to their last bit
  size_t hole_ = 0;  // where a long run of zeros begins, as a lost piece of a file leaves it; 0: none
  int rows_before_hole_ = 0, scan_of_hole_ = 0;
  int64_t impossible_ = 0;        // coefficients that no 8-bit picture has
  int first_impossible_row_ = 0;  // in rows of MCUs
  size_t left_ = 0;               // bytes behind the end marker
};

}  // namespace surefoot::image
