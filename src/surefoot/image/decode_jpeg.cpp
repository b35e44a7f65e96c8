// JPEG through libjpeg-turbo's classic API: parts are decoded partially and exactly.
#include <algorithm>
#include <cstring>
#include <new>

#include "surefoot/image/exif.h"
#include "surefoot/image/jpeg_quality.h"
#include "surefoot/image/jpeg_reader.h"

#include <jerror.h>  // behind jpeglib.h

namespace surefoot::image {

JpegReader::JpegReader() {
  info_.err = jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  errors_.output_message = [](j_common_ptr) {};
  info_.client_data = this;
  progress_.progress_monitor = on_progress;
  if (setjmp(jump_)) throw std::bad_alloc();
  renew();
}

/// libjpeg keeps tables for abbreviated streams: a file without its own would be decoded with those of the picture
/// before.
void JpegReader::renew() {
  jpeg_destroy_decompress(&info_);
  jpeg_create_decompress(&info_);
  info_.progress = &progress_;
  jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
}

void JpegReader::on_error(j_common_ptr info) {
  JpegReader& reader = of(info);
  if (!reader.too_many_scans_) (*info->err->format_message)(info, reader.message_);
  std::longjmp(reader.jump_, 1);
}

void JpegReader::on_message(j_common_ptr info, int level) {
  if (level < 0) of(info).note_warning(info->err->msg_code);
}

void JpegReader::on_progress(j_common_ptr info) {
  JpegReader& reader = of(info);
  if (reader.hole_ != 0 && reader.bytes_.size() - reader.info_.src->bytes_in_buffer < reader.hole_) {
    reader.rows_before_hole_ = static_cast<int>(reader.info_.input_iMCU_row);
    reader.scan_of_hole_ = reader.info_.input_scan_number;
  }
  if (reader.info_.input_scan_number <= kMaxScans) return;
  reader.too_many_scans_ = true;
  std::snprintf(reader.message_, sizeof reader.message_, "more than %d scans", kMaxScans);
  on_error(info);
}

void JpegReader::begin(std::string_view bytes) {
  bytes_ = bytes;
  message_[0] = 0;
  ended_ = starved_ = damaged_ = too_many_scans_ = complete_ = false;
  warnings_ = 0;
  first_bad_row_ = -1;
  first_bad_scan_ = 0;
  missing_coefficients_ = 0;
  left_ = hole_ = 0;
  in_header_ = true;
  renew();
  jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info_, TRUE);
  in_header_ = false;
}

int JpegReader::orientation() const {
  using namespace std::string_view_literals;
  int from_xmp = 0;
  for (jpeg_saved_marker_ptr marker = info_.marker_list; marker; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    constexpr auto kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
    if (data.starts_with("Exif\0"sv)) {
      if (const int o = exif_orientation(data)) return o;
    } else if (data.starts_with(kXmp) && !from_xmp) {
      from_xmp = xmp_orientation(data.substr(kXmp.size()));
    }
  }
  return from_xmp ? from_xmp : 1;
}

Outcome JpegReader::header(std::string_view bytes, Header& header) {
  const bool ok = guarded([&] { begin(bytes); });
  if (ok) {
    header.stored = {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
    header.orientation = orientation();
  }
  jpeg_abort_decompress(&info_);
  return ok ? Outcome{} : failure();
}

/// A Huffman-coded block takes at least one bit, so a lying size is known before any memory is taken.
bool JpegReader::can_be_whole() const {
  uint64_t blocks = 0;
  for (int c = 0; c < info_.num_components; ++c)
    blocks += uint64_t{info_.comp_info[c].width_in_blocks} * info_.comp_info[c].height_in_blocks;
  return info_.arith_code || blocks <= bytes_.size() * 8;
}

void JpegReader::read_rows(const Rect& rect, int first_row, int first_column, Pixels& pixels) {
  const bool cmyk = info_.out_color_space == JCS_CMYK;
  const bool direct = !cmyk && first_column == rect.x && static_cast<int>(info_.output_width) == rect.width;
  const size_t offset = static_cast<size_t>(rect.x - first_column) * static_cast<size_t>(info_.output_components);
  for (int y = first_row; y < rect.y + rect.height; ++y) {
    uint8_t* target = y < rect.y ? nullptr : pixels.row(y - rect.y);
    JSAMPROW row = direct && target ? target : row_.data();
    jpeg_read_scanlines(&info_, &row, 1);
    if (!target || row == target) continue;
    if (cmyk)
      cmyk_to_rgb(row + offset, target, rect.width, /*inverted=*/true);
    else
      std::memcpy(target, row + offset, static_cast<size_t>(rect.width) * 3);
  }
}

/// Leaves out rows above and below and the columns beside the part. Fancy upsampling looks at neighbouring chroma
/// samples, so the columns decoded reach one MCU further than those returned: they are then exactly those of a full
/// decode.
void JpegReader::read_part(const Part& part, Pixels& pixels) {
  info_.scale_num = 1;
  info_.scale_denom = static_cast<unsigned>(part.scale_denominator);
  info_.do_block_smoothing = FALSE;  // guesses at what an incomplete file lacks; such a file is refused instead
  const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
  info_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&info_);
  const Rect& rect = part.rect;
  const int width = static_cast<int>(info_.output_width), height = static_cast<int>(info_.output_height);
  JDIMENSION first_column = 0;
  constexpr int kMargin = 4 * DCTSIZE;  // the widest MCU
  const int left = std::max(0, rect.x - kMargin), right = std::min(width, rect.x + rect.width + kMargin);
  if (right - left < width) {
    first_column = static_cast<JDIMENSION>(left);
    auto columns = static_cast<JDIMENSION>(right - left);
    jpeg_crop_scanline(&info_, &first_column, &columns);
  }
  if (rect.y > 0) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(rect.y));
  read_rows(rect, rect.y, static_cast<int>(first_column), pixels);
  complete_ = scans_are_complete();  // asked before the end: finishing forgets the scans, and libjpeg then answers with
                                     // a longjmp
  missing_coefficients_ = missing_coefficients();
  // What stands before the end marker tells whether the last rows were in step; rows below a part are not looked at.
  if (rect.y + rect.height != height) return;
  jpeg_finish_decompress(&info_);
  left_ = ended_ ? 0 : info_.src->bytes_in_buffer;
}

Outcome JpegReader::decode(std::string_view bytes, const Part& part, Pixels& pixels) {
  bool ok = guarded([&] { begin(bytes); });
  if (ok && !can_be_whole()) {
    jpeg_abort_decompress(&info_);
    return truncated(std::to_string(bytes.size()) + " bytes cannot hold a picture of this size");
  }
  if (ok) {
    pixels.resize(part.rect.width, part.rect.height);
    prepare_for_damage(part, pixels);
    if (part.damage) {
      find_hole();
      part.damage->jpeg_quality = jpeg_quality(info_);  // while the components are there: finishing gives them up
    }
    row_.resize((size_t{info_.image_width} + 8) * 4);  // CMYK has four channels
  }
  ok = ok && guarded([&] { read_part(part, pixels); });
  Outcome outcome = ok ? verdict() : failure();
  if (part.damage) {
    tell(outcome, *part.damage);
    if (outcome.ok() && ended_) outcome = truncated("the end marker is missing");
  }
  jpeg_abort_decompress(&info_);
  if (part.damage && outcome.ok()) outcome = check_coefficients(*part.damage);
  return outcome;
}

namespace {

JpegReader& this_threads_reader() {
  thread_local JpegReader reader;
  return reader;
}

}  // namespace

const Decoder kJpegDecoder{
    Format::kJpeg, [](std::string_view bytes, Header& header) { return this_threads_reader().header(bytes, header); },
    [](std::string_view bytes, const Header&, const Part& part, Pixels& pixels) {
      return this_threads_reader().decode(bytes, part, pixels);
    }};

}  // namespace surefoot::image
