#include "surefoot/train/checkpoints/checkpoint_store.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/base/units.h"
#include "surefoot/tensor/all_finite.h"
#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::train {
namespace {
using nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

std::string step_name(int64_t step) {
  char text[40];
  std::snprintf(text, sizeof text, "step-%09lld", static_cast<long long>(step));
  return text;
}

/// Passes bytes on and keeps their checksum.
class HashingFile final : public WritableFile {
 public:
  explicit HashingFile(WritableFile& target) : target_(target) {}
  void append(std::span<const std::byte> bytes) override {
    target_.append(bytes);
    hasher_.add(bytes);
    size_ += bytes.size();
  }
  void sync() override { target_.sync(); }
  void close() override { target_.close(); }
  ordered_json record() const { return {{"bytes", size_}, {"xxh3", hasher_.hex()}}; }

 private:
  WritableFile& target_;
  Hasher hasher_;
  uint64_t size_ = 0;
};

std::string hash_of(std::string_view bytes) {
  Hasher hasher;
  hasher.add(bytes);
  return hasher.hex();
}

uint64_t bytes_of(const NamedTensors& tensors) {
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes() + 256;  // 256: the tensor's share of the header
  return bytes;
}

void check_finite(const NamedTensors& tensors) {
  for (const auto& [name, value] : tensors) {
    if (!tensor::all_finite(value)) {
      throw Error(
          ErrorCode::kNotFinite, "this checkpoint was not saved", "`" + name + "` holds NaN or infinite values",
          "the earlier checkpoints of the run are finite; lower optim.lr or set train.clip_norm, then go on from them");
    }
  }
}

}  // namespace

CheckpointStore::CheckpointStore(Files& files, std::string folder, int64_t keep)
    : files_(files), folder_(std::move(folder)), keep_(keep) {
  files_.make_folder(folder_);
}

SavedCheckpoint CheckpointStore::save(const Snapshot& snapshot) {
  check_finite(snapshot.weights);
  check_finite(snapshot.ema);
  const uint64_t needed = bytes_of(snapshot.weights) + bytes_of(snapshot.ema) + bytes_of(snapshot.optimizer) + 65536;
  const uint64_t free = files_.free_bytes(folder_);
  if (free < needed) {
    throw Error(ErrorCode::kDiskFull, "no checkpoint can be saved to " + folder_,
                "it needs " + format_bytes(needed) + ", " + format_bytes(free) + " are free",
                "free some space there; the earlier checkpoints are untouched");
  }
  const std::string base = step_name(snapshot.progress.step);
  ordered_json written = ordered_json::object();
  SavedCheckpoint saved{.file = path(base + ".safetensors"), .bytes = 0};
  const auto write = [&](const std::string& name, const NamedTensors& tensors,
                         const std::map<std::string, std::string>& metadata) {
    write_atomically(files_, path(name), [&](WritableFile& file) {
      HashingFile hashing(file);
      tensor::write_safetensors(hashing, tensors, metadata);
      written[name] = hashing.record();
    });
    saved.bytes += written[name]["bytes"].get<uint64_t>();
  };
  write(base + ".safetensors", snapshot.weights, snapshot.metadata);
  if (!snapshot.ema.empty()) write(base + ".ema.safetensors", snapshot.ema, snapshot.metadata);
  write(base + ".optim.safetensors", snapshot.optimizer, {});

  ordered_json record{{"surefoot_checkpoint", kFormatVersion},
                      {"progress", to_json(snapshot.progress)},
                      {"metadata", snapshot.metadata},
                      {"keep", snapshot.keep},
                      {"files", written}};
  record["xxh3"] = hash_of(record.dump());
  write_atomically(files_, path(base + ".json"), record.dump(1) + "\n");

  link_names(snapshot);
  prune();
  return saved;
}

void CheckpointStore::link_names(const Snapshot& snapshot) {
  const std::string base = step_name(snapshot.progress.step);
  link_as(base + ".safetensors", "last.safetensors");
  if (!snapshot.ema.empty()) link_as(base + ".ema.safetensors", "last_ema.safetensors");
  if (snapshot.progress.best.step == snapshot.progress.step) {
    link_as(base + (snapshot.progress.best.weights == "ema" ? ".ema.safetensors" : ".safetensors"), "best.safetensors");
  }
  if (snapshot.keep) {
    char name[40];
    std::snprintf(name, sizeof name, "epoch-%05lld.safetensors", static_cast<long long>(snapshot.progress.epoch()));
    link_as(base + ".safetensors", name);
  }
}

void CheckpointStore::link_as(const std::string& from, const std::string& to) {
  const std::string temporary = path(to + ".tmp");
  files_.remove(temporary);
  try {
    files_.link(path(from), temporary);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kDiskFull) throw;
    // A file system without hard links: a copy.
    write_atomically(files_, path(to), files_.read(path(from)));
    return;
  }
  files_.rename(temporary, path(to));
  files_.sync_folder(folder_);
}

std::vector<std::pair<int64_t, std::string>> CheckpointStore::records() {
  std::vector<std::pair<int64_t, std::string>> found;
  for (const FolderEntry& entry : files_.list(folder_)) {
    long long step = 0;
    int used = 0;
    if (std::sscanf(entry.name.c_str(), "step-%9lld.json%n", &step, &used) == 1 &&
        used == static_cast<int>(entry.name.size()))
      found.emplace_back(step, entry.name);
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

void CheckpointStore::prune() {
  const auto found = records();
  if (found.empty()) return;
  const int64_t oldest_kept = found[std::min(found.size(), static_cast<size_t>(keep_)) - 1].first;
  // The record goes first: without it the other files are leftovers, never a checkpoint with a part missing.
  for (const auto& [step, name] : found) {
    if (step < oldest_kept) files_.remove(path(name));
  }
  for (const FolderEntry& entry : files_.list(folder_)) {
    long long step = 0;
    if (std::sscanf(entry.name.c_str(), "step-%9lld.", &step) == 1 && step < oldest_kept)
      files_.remove(path(entry.name));
  }
}

Snapshot CheckpointStore::load(const std::string& record_name) {
  const auto damaged = [](const std::string& why) {
    return Error(ErrorCode::kCheckpointDamaged, "a checkpoint cannot be used", why, "an earlier one will do");
  };
  ordered_json record;
  try {
    record = ordered_json::parse(files_.read(path(record_name)));
    const std::string checksum = record.at("xxh3");
    record.erase("xxh3");
    if (hash_of(record.dump()) != checksum) throw damaged(record_name + " does not match its checksum");
    if (record.at("surefoot_checkpoint").get<int>() > kFormatVersion) {
      throw Error(ErrorCode::kCheckpointVersion, "the checkpoint " + path(record_name) + " cannot be read",
                  "it has format " + record.at("surefoot_checkpoint").dump() + ", this surefoot knows up to " +
                      std::to_string(kFormatVersion),
                  "use the surefoot that wrote it, or a newer one");
    }
    Snapshot snapshot;
    snapshot.progress = progress_from_json(record.at("progress"));
    record.at("metadata").get_to(snapshot.metadata);
    record.at("keep").get_to(snapshot.keep);
    for (const auto& [name, expected] : record.at("files").items()) {
      const std::string bytes = files_.read(path(name));
      if (bytes.size() != expected.at("bytes").get<uint64_t>()) {
        throw damaged(name + " has " + std::to_string(bytes.size()) + " of " + expected.at("bytes").dump() + " bytes");
      }
      if (hash_of(bytes) != expected.at("xxh3").get<std::string>())
        throw damaged(name + " does not match its checksum");
      NamedTensors tensors = tensor::read_safetensors(files_, path(name)).tensors;
      if (name.ends_with(".ema.safetensors")) {
        snapshot.ema = std::move(tensors);
      } else if (name.ends_with(".optim.safetensors")) {
        snapshot.optimizer = std::move(tensors);
      } else {
        snapshot.weights = std::move(tensors);
      }
    }
    return snapshot;
  } catch (const nlohmann::json::exception& error) {
    throw damaged(record_name + ": " + error.what());
  }
}

std::optional<Snapshot> CheckpointStore::load_newest(
    const std::function<void(const std::string&, const std::string&)>& on_damaged) {
  const auto found = records();
  for (const auto& [step, name] : found) {
    try {
      Snapshot snapshot = load(name);
      link_names(snapshot);  // a kill between the record and its links leaves them behind
      return snapshot;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCheckpointVersion) throw;
      on_damaged(path(name), error.why());
    }
  }
  if (found.empty()) return std::nullopt;
  throw Error(ErrorCode::kCheckpointDamaged, "no checkpoint in " + folder_ + " can be read",
              std::to_string(found.size()) + " are there, all damaged",
              "start again with another --out; the weights files may still open on their own with surefoot eval");
}

}  // namespace surefoot::train
