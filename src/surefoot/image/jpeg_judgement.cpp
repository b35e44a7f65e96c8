// What libjpeg-turbo's warnings and errors say of a picture.
#include <algorithm>

#include "surefoot/image/jpeg_reader.h"

#include <jerror.h>  // behind jpeglib.h

namespace surefoot::image {

void JpegReader::note_warning(int code) {
  const bool first = first_bad_row_ < 0;
  const uint32_t before = warnings_;
  judge(code);
  if (first && warnings_ > before && info_.comps_in_scan > 0) {
    first_bad_row_ = static_cast<int>(info_.input_iMCU_row);
    first_bad_scan_ = info_.input_scan_number;
  }
}

void JpegReader::judge(int code) {
  switch (code) {
    case JWRN_JPEG_EOF:
      ++warnings_;
      ended_ = true;  // alone it only says that the end marker is missing
      return;
    case JWRN_HIT_MARKER:
      starved_ = true;
      break;
    case JWRN_EXTRANEOUS_DATA:
      if (in_header_ || harmless_padding()) return;
      damaged_ = true;
      break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      damaged_ = true;
      break;
    default:
      return;  // oddities of the header that change no pixel
  }
  ++warnings_;
  if (message_[0] == 0) (*errors_.format_message)(reinterpret_cast<j_common_ptr>(&info_), message_);
}

/// Bytes left over before a marker. Cameras pad with one byte or a run of equal ones; a scan that lost its place leaves
/// pieces of Huffman code.
bool JpegReader::harmless_padding() const {
  const int left_over = errors_.msg_parm.i[0], marker = errors_.msg_parm.i[1];
  if (left_over <= 2) return true;
  // libjpeg reports within a few bytes behind the marker.
  const auto* begin = reinterpret_cast<const JOCTET*>(bytes_.data());
  const JOCTET* end = begin + bytes_.size();
  const JOCTET* at = info_.src->next_input_byte - std::min<ptrdiff_t>(4, info_.src->next_input_byte - begin);
  while (end - at >= 2 && !(at[0] == 0xFF && at[1] == marker)) ++at;
  if (end - at < 2 || at - begin < left_over) return false;
  for (const JOCTET* p = at - left_over; p < at; ++p) {
    if (*p != at[-1]) return false;
  }
  return true;
}

Outcome JpegReader::failure() const {
  const std::string text = message_;
  if (ended_ || bytes_.size() < 4) return truncated(text);
  // Behind the header no honest file asks for another kind of JPEG: noise that looks like a marker does.
  if (!in_header_ && errors_.msg_code != JERR_OUT_OF_MEMORY) return corrupt(text);
  switch (errors_.msg_code) {
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
      return unsupported(text);
    case JERR_OUT_OF_MEMORY:
      return {DecodeStatus::kTooLarge, text};
    default:
      return corrupt(text);
  }
}

bool JpegReader::scans_are_complete() const {
  if (!jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&info_))) return true;
  if (!info_.progressive_mode || !info_.coef_bits) return false;  // cannot be told: the end marker has to be there
  for (int c = 0; c < info_.num_components; ++c) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      if (info_.coef_bits[c][k] != 0) return false;
    }
  }
  return true;
}

Outcome JpegReader::verdict() const {
  if (ended_ && (starved_ || damaged_ || !complete_)) {
    return truncated("the data end after " + std::to_string(bytes_.size()) + " bytes, before the picture does");
  }
  if (starved_ || damaged_) return corrupt(message_);
  return {};
}

double JpegReader::missing_coefficients() const {
  if (!info_.progressive_mode || !info_.coef_bits) return 0;
  int missing = 0;
  for (int c = 0; c < info_.num_components; ++c) {
    for (int k = 0; k < DCTSIZE2; ++k) missing += info_.coef_bits[c][k] != 0;
  }
  return static_cast<double>(missing) / (DCTSIZE2 * info_.num_components);
}

void JpegReader::find_hole() {
  static const std::string kHole(64, '\0');
  const size_t scan = bytes_.size() - info_.src->bytes_in_buffer, at = bytes_.find(kHole, scan);
  hole_ = at == bytes_.npos ? 0 : at;
  rows_before_hole_ = scan_of_hole_ = 0;
}

/// Where a scan loses its place, all rows behind it are lost, unless restart markers bring it back; a progressive file
/// keeps what its earlier scans said.
double JpegReader::lost_share(const Outcome& outcome) const {
  if (outcome.ok()) return 0;
  if (first_bad_row_ < 0 && info_.output_height > 0)
    return 1 - static_cast<double>(info_.output_scanline) / info_.output_height;
  const auto rows = static_cast<double>(info_.total_iMCU_rows);
  // Zeros read as Huffman codes for a while: libjpeg notices late.
  const bool hole_first = hole_ != 0 && scan_of_hole_ <= first_bad_scan_;
  const int bad_row = hole_first ? std::min(first_bad_row_, rows_before_hole_) : first_bad_row_;
  const double behind = bad_row < 0 || rows == 0 ? 0 : std::clamp(1 - bad_row / rows, 0.0, 1.0);
  if (!info_.progressive_mode) return behind;
  return std::min(first_bad_scan_, hole_first ? scan_of_hole_ : first_bad_scan_) <= 1
             ? behind
             : std::max(missing_coefficients_, behind / std::max(1, info_.input_scan_number));
}

void JpegReader::tell(const Outcome& outcome, Damage& damage) const {
  damage.warnings = warnings_;
  damage.lost_share = lost_share(outcome);
  damage.trailing_bytes = trailing_bytes();
}

/// Cameras append further pictures (depth, gain map) and announce them in an APP2 segment (CIPA DC-007, multi-picture
/// format).
uint64_t JpegReader::trailing_bytes() const {
  using namespace std::string_view_literals;
  const bool announced = bytes_.substr(0, size_t{1} << 17).find("MPF\0"sv) != bytes_.npos;
  return announced ? 0 : left_;
}

}  // namespace surefoot::image
