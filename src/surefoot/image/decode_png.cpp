// PNG through libpng's low-level API: errors jump back here, rows go straight into RGB.
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>

#include "surefoot/image/decoder.h"
#include "surefoot/image/png_chunks.h"

namespace surefoot::image {
namespace {

/// Deflate cannot shrink below 1/1032 of the size (zlib's technical details); a picture that would need more is cut or
/// lies.
constexpr uint64_t kDeflateLimit = 1032;
constexpr png_alloc_size_t kChunkBytes = size_t{8} << 20;

class PngReader {
 public:
  explicit PngReader(std::string_view bytes) : left_(bytes), size_(bytes.size()) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) throw std::bad_alloc();
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Outcome decode(const Part& part, Pixels& pixels) {
    const Rect& rect = part.rect;
    const bool sized = guarded([&] { prepare(); });
    if (!sized) return failure();
    const uint64_t raw = uint64_t{png_get_image_height(png_, info_)} * png_get_rowbytes(png_, info_);
    if (raw / 8 / kDeflateLimit > size_)
      return truncated(std::to_string(size_) + " bytes cannot hold a picture of this size");
    pixels.resize(rect.width, rect.height);
    prepare_for_damage(part, pixels);
    const size_t row_bytes = png_get_rowbytes(png_, info_);
    const bool interlaced = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
    const size_t rows = interlaced ? png_get_image_height(png_, info_) : 1;
    image_.resize(row_bytes * rows);
    const bool read = guarded([&] { interlaced ? read_interlaced(rect, row_bytes, pixels) : read_rows(rect, pixels); });
    if (part.damage) tell(*part.damage, interlaced, row_bytes, pixels);
    return read ? Outcome{} : failure();
  }

 private:
  /// Runs `work`; false where libpng gave up. `work` must own nothing: a longjmp leaves it without destructors.
  template <class Work>
  bool guarded(const Work& work) {
    if (setjmp(jump_)) return false;
    work();
    return true;
  }
  static void on_error(png_structp png, png_const_charp message) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->message_, sizeof reader->message_, "%s", message);
    std::longjmp(reader->jump_, 1);
  }
  static void on_warning(png_structp png, png_const_charp) {
    ++static_cast<PngReader*>(png_get_error_ptr(png))->warnings_;
  }
  static void on_read(png_structp png, png_bytep target, size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (reader->left_.size() < count) {
      reader->ended_ = true;
      png_error(png, "the data end too early");
    }
    std::memcpy(target, reader->left_.data(), count);
    reader->left_.remove_prefix(count);
  }
  Outcome failure() const {
    // libpng says this where the compressed stream is over before the last row.
    const bool short_stream =
        std::strstr(message_, "Not enough image data") || std::strstr(message_, "Not enough compressed data");
    return ended_ || short_stream ? truncated(message_) : corrupt(message_);
  }

  void prepare() {
    png_set_read_fn(png_, this, on_read);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_DEFAULT);
    png_set_benign_errors(png_, 1);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the size was checked against max_pixels
    png_set_chunk_malloc_max(png_, kChunkBytes);
    // Only the pixels count: colour profiles and texts are not even unpacked.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER,
                                reinterpret_cast<png_const_bytep>("iCCP\0iTXt\0tEXt\0zTXt\0eXIf"), 5);
    png_read_info(png_, info_);
    const bool transparent =
        png_get_valid(png_, info_, PNG_INFO_tRNS) || (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA);
    png_set_expand(png_);
    png_set_strip_16(png_);
    png_set_gray_to_rgb(png_);
    channels_ = transparent ? 4 : 3;
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_channels(png_, info_) != channels_) png_error(png_, "unexpected channels");
  }
  void store(const uint8_t* row, const Rect& rect, uint8_t* target) const {
    row += static_cast<size_t>(rect.x) * channels_;
    if (channels_ == 4)
      rgba_to_rgb(row, target, rect.width);
    else
      std::memcpy(target, row, static_cast<size_t>(rect.width) * 3);
  }
  void read_rows(const Rect& rect, Pixels& pixels) {
    for (int y = 0; y < rect.y + rect.height; ++y) {
      png_read_row(png_, image_.data(), nullptr);
      ++rows_done_;
      if (y >= rect.y) store(image_.data(), rect, pixels.row(y - rect.y));
    }
    finish(rect);
  }
  void read_interlaced(const Rect& rect, size_t row_bytes, Pixels& pixels) {
    const int passes = png_set_interlace_handling(png_);
    const auto height = static_cast<int>(png_get_image_height(png_, info_));
    for (int pass = 0; pass < passes; ++pass) {
      for (int y = 0; y < height; ++y, ++rows_done_)
        png_read_row(png_, image_.data() + static_cast<size_t>(y) * row_bytes, nullptr);
    }
    store_all(rect, row_bytes, pixels);
    finish(rect);
  }
  void store_all(const Rect& rect, size_t row_bytes, Pixels& pixels) const {
    for (int y = 0; y < rect.height; ++y)
      store(image_.data() + static_cast<size_t>(rect.y + y) * row_bytes, rect, pixels.row(y));
  }
  /// Of an interlaced picture early passes are shown, coarse, where later ones are missing.
  void tell(Damage& damage, bool interlaced, size_t row_bytes, Pixels& pixels) const {
    const int passes = interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1;
    damage.warnings = warnings_;
    damage.lost_share = 1 - static_cast<double>(rows_done_) / (static_cast<double>(pixels.height) * passes);
    if (interlaced && rows_done_ > 0 && damage.lost_share > 0)
      store_all({0, 0, pixels.width, pixels.height}, row_bytes, pixels);
  }
  /// Checks the rest of the file too where the last row was needed.
  void finish(const Rect& rect) {
    if (static_cast<png_uint_32>(rect.y + rect.height) == png_get_image_height(png_, info_))
      png_read_end(png_, nullptr);
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  jmp_buf jump_{};
  std::string_view left_;
  size_t size_;
  bool ended_ = false;
  unsigned channels_ = 3;
  uint32_t warnings_ = 0;
  int64_t rows_done_ = 0;
  std::vector<uint8_t> image_;  // all rows where interlaced, else one
  char message_[128]{};
};

}  // namespace

const Decoder kPngDecoder{Format::kPng, png_header,
                          [](std::string_view bytes, const Header&, const Part& part, Pixels& pixels) {
                            return PngReader(bytes).decode(part, pixels);
                          }};

}  // namespace surefoot::image
