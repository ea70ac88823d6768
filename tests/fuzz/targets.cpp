#include "targets.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "unfold/api/session.h"
#include "unfold/api/tensor.h"
#include "unfold/data/dataset.h"
#include "unfold/data/table.h"
#include "unfold/io/checkpoint.h"
#include "unfold/io/vocabulary_json.h"

namespace unfold::fuzz {
namespace {

/// What a model may ask for here. The promise: `estimate` tells it before anything is allocated, so a caller can
/// refuse; the fuzzer's own limit on one allocation lies a little above.
constexpr double most_bytes = 1e6;

const std::string tale = "the cat sat on the mat and the rat sat on the cat; that was that, said the hat. ";
const std::string settled = tale + tale + tale;  // 240 characters

void promise(bool kept, const char* what) {
  if (!kept) throw std::logic_error(what);
}

/// Refusals are answers, and have to say something.
template <class F>
bool accepted(const F& f) {
  try {
    f();
    return true;
  } catch (const Error& e) {
    promise(!e.field.empty() && !e.expected.empty() && e.code != ErrorCode::internal, "a refusal that says nothing");
    return false;
  }
}

std::string string_of(Input bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The parts between zero bytes, `count` of them; the last takes the rest.
std::vector<Input> parts_of(Input bytes, std::size_t count) {
  std::vector<Input> parts;
  while (parts.size() + 1 < count) {
    const auto end = std::find(bytes.begin(), bytes.end(), 0);
    const auto size = std::size_t(end - bytes.begin());
    parts.push_back(bytes.first(size));
    bytes = bytes.subspan(std::min(size + 1, bytes.size()));
  }
  parts.push_back(bytes);
  return parts;
}

bool fits(const Config& config, Index V, Index tokens) {
  // The floats of a delay line are of the state, not of the columns that `estimate` counts most of.
  Index longest = 1;
  for (const auto* layers : {&config.layers, &config.encoder.layers})
    for (const LayerConfig& layer : *layers)
      for (const EdgeConfig& e : layer.edges) longest = std::max(longest, Index(e.delay));
  if (!config.dataset.name.empty() && (config.dataset.count > 200 || config.dataset.difficulty > 20)) return false;
  return estimate(config, V, tokens).bytes < most_bytes && double(config.batch_size) * double(longest) < 2000;
}

/// A task answers questions of its own symbols, examples or not.
void ask(Session& session, const std::string& text) {
  const Config& config = session.config();
  if (config.task.learns_text()) return;
  const Dataset& names = session.names();
  const auto spelt = [](const std::vector<std::string>& symbols) {
    std::string all;
    for (std::size_t i = 0; i < std::min<std::size_t>(symbols.size(), 3); ++i) all += symbols[i];
    return all;
  };
  const auto rows = [](Index width) { return Json::array({std::vector<Real>(std::size_t(width), Real(0.5))}); };
  const bool numbers = names.numbers > 0,
             values = config.task.kind == TaskKind::regress || config.task.kind == TaskKind::notes;
  Json request = Json::object();
  request["input"] = numbers ? rows(names.numbers) : Json(spelt(names.inputs));
  if (names.context > 0) request["context"] = std::vector<Real>(std::size_t(names.context), Real(1));
  accepted([&] { promise(session.predict(request).is_object(), "no answer"); });
  request["beamWidth"] = 3;
  request["steps"] = 2;
  accepted([&] {
    const Json answer = session.predict(request);
    promise(!answer.contains("alternatives") || answer["alternatives"].size() <= 3, "more answers than were asked for");
  });
  for (const std::string& target : {spelt(names.targets), text.substr(0, 40)}) {
    request["target"] = values ? rows(names.outputs) : Json(target);
    accepted([&] { session.predict(request); });
  }
}

/// Whatever was accepted works: it trains, evaluates, writes, and is saved as a file that opens.
void use(Session& session, const std::string& text, const std::string& prime = "the") {
  accepted([&] {
    for (int i = 0; i < 2; ++i) session.trainer().step();
    if (session.trainer().validation_tokens() > 1)
      while (!session.trainer().evaluate().done) {
      }
  });
  if (!session.config().task.learns_text())
    accepted([&] { promise(session.example(Split::train, 0).is_object(), "no example"); });
  ask(session, text);
  accepted([&] {
    session.sample_start(prime, {.top_k = 3, .top_p = 0.9}, 4);
    std::string written;
    while (session.sample_next(3, written)) {
    }
    if (!session.vocabulary().bytes()) Vocabulary::of(written, Unit::character, 65535);  // throws unless it is UTF-8
  });
  std::vector<std::byte> saved;
  const bool is_saved = accepted([&] { saved = session.save(true); });
  if (is_saved) {
    Session again(saved, text);  // a refusal here would be a broken promise, hence not caught
    promise(again.save(true) == saved, "a file changes when it is opened and saved");
  }
}

/// The file with a checksum that fits; the refusal tells it.
std::vector<std::byte> signed_anew(TensorFile file) {
  file.metadata["checksum"] = "?";
  std::vector<std::byte> bytes = write_safetensors(file);
  try {
    CheckpointHeader header;
    read_checkpoint(bytes, header);
  } catch (const Error& e) {
    if (e.field != "checksum") return bytes;
    file.metadata["checksum"] = e.actual.substr(0, 16);  // ": the file is damaged" follows
    bytes = write_safetensors(file);
  }
  return bytes;
}

void open_and_use(std::span<const std::byte> bytes, const std::string& text) {
  CheckpointHeader header;
  if (!accepted([&] { read_checkpoint(bytes, header); })) return;
  if (!fits(header.config, std::max(header.sizes.symbols, header.sizes.numbers), Index(text.size()))) return;
  for (const std::string& given : {text, std::string()}) {
    std::optional<Session> session;
    if (!accepted([&] { session.emplace(bytes, given); })) continue;
    promise(session->info().is_object(), "no description");
    if (!given.empty())
      use(*session, given);
    else
      ask(*session, text);
  }
}

}  // namespace

void checkpoint(Input file) {
  const auto bytes = std::as_bytes(file);
  open_and_use(bytes, settled);
  TensorFile parsed;
  if (!accepted([&] { parsed = read_safetensors(bytes); })) return;
  open_and_use(signed_anew(std::move(parsed)), settled);
}

void config(Input json) {
  const std::string given = string_of(json);
  accepted([&] {
    Config settings;
    settings.layers.emplace_back();
    update_config(settings, given);
  });
  Config parsed;
  if (!accepted([&] { parsed = parse_config(given); })) return;
  const std::string canonical = to_json(parsed).dump();
  promise(to_json(parse_config(canonical)).dump() == canonical, "a canonical form that is not canonical");
  const Estimate size = estimate(parsed, 5, 200);
  promise(std::isfinite(size.bytes) && size.parameters > 0, "an estimate out of range");
  if (!fits(parsed, 24, Index(settled.size()))) return;
  std::optional<Session> session;
  if (accepted([&] { session.emplace(parsed, settled); })) use(*session, settled);
}

void text(Input bytes) {
  if (bytes.empty()) return;
  const Unit unit{bytes[0] % 5};
  const bool raw = unit == Unit::byte || unit == Unit::bpe;
  const int cap = (unit == Unit::bpe ? 256 : 2) + (bytes[0] & 128 ? bytes[0] & 63 : 1022);
  const auto parts = parts_of(bytes.subspan(1), 2);
  const std::string given = string_of(raw ? bytes.subspan(1) : parts[0]), prime = string_of(parts[1]);
  accepted([&] {
    const Vocabulary v = Vocabulary::of(given, unit, cap);
    std::string back;
    for (const Token t : v.encode(given)) v.decode(t, back);
    // Between blanks, every word gets one.
    if (!v.has_unknown() && unit != Unit::whitespace) promise(back == given, "a text that does not survive");
    if (v.size() == 0) return;
    const Vocabulary stored = parse_vocabulary(vocabulary_text(v), unit);
    promise(stored.size() == v.size() && stored.encode(given) == v.encode(given), "a vocabulary that is not kept");
  });
  const Config config =
      parse_config(std::string(R"({"layers":[{"cell":"rnn","units":2}],"sequenceLength":2,"batchSize":2,"unit":")") +
                   name_of(unit) + R"(","vocabulary":)" + std::to_string(cap) + "}");
  std::optional<Session> session;
  if (accepted([&] { session.emplace(config, given); })) use(*session, given, prime);
}

void session(Input input) {
  const auto parts = parts_of(input, 5);
  const std::string text = string_of(parts[1]);
  Config parsed;
  if (!accepted([&] { parsed = parse_config(string_of(parts[0])); })) return;
  if (!fits(parsed, 24, Index(text.size()))) return;
  std::optional<Session> session;
  const bool made = accepted([&] {
    session.emplace(parsed, text);
    session->trainer().step();
  });
  if (!made) return;
  std::vector<std::byte> saved;
  if (!accepted([&] { saved = session->save(true); })) return;
  TensorFile file = read_safetensors(saved);
  if (!parts[2].empty()) {
    Json progress = Json::parse(file.metadata.at("progress"));
    const Json changes = Json::parse(string_of(parts[2]), nullptr, false);
    if (changes.is_object()) progress.update(changes);
    file.metadata["progress"] =
        changes.is_object() ? progress.dump(-1, ' ', true, Json::error_handler_t::replace) : string_of(parts[2]);
  }
  if (!parts[3].empty()) {
    const char* key = parsed.task.learns_text() ? "vocabulary" : "symbols";
    Json symbols = Json::parse(file.metadata.at(key));
    const Json changes = Json::parse(string_of(parts[3]), nullptr, false);
    if (changes.is_object()) symbols.update(changes);
    file.metadata[key] =
        changes.is_object() ? symbols.dump(-1, ' ', true, Json::error_handler_t::replace) : string_of(parts[3]);
  }
  std::vector<std::byte> numbers;
  if (!parts[4].empty() && !file.tensors.empty()) {  // over the first, the middle or the last tensor
    TensorView& t = file.tensors[parts[4].size() % file.tensors.size()];
    numbers.assign(t.data.begin(), t.data.end());
    std::memcpy(numbers.data(), parts[4].data(), std::min(numbers.size(), parts[4].size()));
    t.data = numbers;
  }
  open_and_use(signed_anew(std::move(file)), text);
}

namespace {

/// What is read is what dataset.h says: whole steps, tokens with a name, finite numbers, nothing too long.
void read_examples(const std::string& text, const Config& config) {
  Dataset d;
  if (!accepted([&] { d = read_dataset(text, config); })) return;
  const Index answers = config.task.pooled() ? 1 : 0;
  promise(!d.train.empty(), "nothing to learn from");
  for (const auto* part : {&d.train, &d.validation, &d.test})
    for (const Example& e : *part) {
      const Index steps = d.steps(e);
      promise(steps > 0 && steps <= config.task.read_length(), "a length out of range");
      promise(Index(e.numbers.size()) == steps * d.numbers, "half a step");
      promise(Index(e.values.size()) == (answers ? answers : steps) * d.outputs, "half an answer");
      promise(Index(e.context.size()) == d.context, "half a context");
      promise(config.task.kind != TaskKind::tag || e.target.size() == e.input.size(), "a step without a label");
      for (const Token t : e.input) promise(t < d.inputs.size(), "a symbol without a name");
      for (const Token t : e.target) promise(t < d.targets.size(), "a label without a name");
      for (const auto* list : {&e.numbers, &e.values, &e.context})
        for (const Real x : *list) promise(std::isfinite(x), "a number that is none");
    }
  promise(std::isfinite(trivial_loss(d, config.task)), "a loss out of range");
}

}  // namespace

void data(Input text) {
  if (text.empty()) return;
  static constexpr TaskKind tasks[]{TaskKind::generate, TaskKind::classify, TaskKind::tag, TaskKind::translate,
                                    TaskKind::regress};
  Config config;
  config.task.kind = tasks[text[0] % 5];
  config.task.max_length = 64;
  if (config.task.kind == TaskKind::regress && text[0] & 64) config.task.pooling = Pooling::last;
  if (config.task.kind == TaskKind::generate && text[0] & 64) config.task.context = 2;
  read_examples(string_of(text.subspan(1)), config);
}

void tensor(Input input) {
  const auto parts = parts_of(input, 3);
  Config parsed;
  if (!accepted([&] { parsed = parse_config(string_of(parts[0])); })) return;
  if (!fits(parsed, std::max<Index>(parsed.task.inputs, 1), 0) || parsed.task.outputs > 1000) return;
  std::optional<TensorNetwork> network;
  if (!accepted([&] { network.emplace(parsed); })) return;
  const Input raw = parts[2];
  const auto byte = [&](std::size_t at) { return at < raw.size() ? Index(raw[at]) : 1; };
  const Index T = byte(0) % 9, N = byte(1) % 5;
  TensorNetwork::Inputs in{.steps = T, .columns = N, .training = (byte(2) & 1) != 0};
  for (Index n = 0; n < N && (byte(2) & 2); ++n) in.lengths.push_back(byte(std::size_t(3 + n)) % 11 - 1);
  std::vector<Real> given(std::size_t(1 + T * N * network->inputs() + N * network->context_size()), Real(0.25));
  if (raw.size() > 8) std::memcpy(given.data(), raw.data() + 8, std::min(raw.size() - 8, given.size() * sizeof(Real)));
  const auto x = std::span<const Real>(given).first(std::size_t(T * N * network->inputs()));
  in.x = x;
  in.context = std::span<const Real>(given).subspan(x.size(), std::size_t(N * network->context_size()));
  accepted([&] {
    TensorNetwork::Outputs out = network->forward(in);
    if (byte(2) & 4) {  // goes on from its own state, or from one that was given
      if (byte(2) & 8 && !out.state.values.empty()) out.state.values[0] = given[0];
      if (byte(2) & 16) out.state.values.resize(out.state.values.size() + 1);
      in.state = &out.state;
      out = network->forward(in);
    }
    network->backward(out.y, byte(2) & 32 ? &out.state : nullptr);
  });
  accepted([&] {
    network->step(parse_tensor_optimizer(parse_json(string_of(parts[1]), ErrorCode::invalid_argument, "options")));
  });
  for (const NamedTensor& t : network->parameters()) {
    const std::vector<Real> values = network->parameter(t.name);
    for (const Real v : values) promise(std::isfinite(v), "a weight that is no number");
    accepted([&] {
      network->set_parameter(t.name, std::span<const Real>(given).first(std::min(given.size(), values.size())));
    });
  }
}

void table(Input text) {
  if (text.empty()) return;
  DatasetConfig config;
  config.missing = Missing(text[0] % 4);
  if (text[0] & 4) config.dates = Dates::features;
  const TableTask task = text[0] & 8 ? TableTask::labels : TableTask::rows;
  const std::string given = string_of(text.subspan(1));
  Table t;
  const bool read = accepted([&] { t = read_table(given, config, task); });
  const bool shown = accepted([&] {
    const Json json = preview_table(given, config, task);
    promise(!json.dump().empty() && json["columns"].size() <= given.size() + 1, "a preview that is none");
  });
  promise(shown || !read, "a table without a preview");
  is_long_form(given, config);
  if (!read) return;
  promise(Index(t.values.size()) == t.rows * Index(t.used.size()), "half a row");
  promise(t.starts.front() == 0 && t.starts.back() == t.rows && t.starts.size() == t.lines.size() + 1, "half a series");
  promise(std::is_sorted(t.starts.begin(), t.starts.end()), "a series that ends before it begins");
  for (const Real x : t.values)
    promise(std::isfinite(x) || (config.missing == Missing::mask && std::isnan(x)), "a number that is none");
  // Names find the same columns again.
  const Table again = read_table(given, config, task, &t.used);
  promise(again.used.size() == t.used.size(), "other columns by their names");
}

void music(Input json) {
  Config config;
  config.task.kind = TaskKind::notes;
  for (const Keys keys : {Keys::undeclared, Keys::piano, Keys::midi}) {
    config.dataset.keys = keys;
    read_examples(string_of(json), config);
  }
}

}  // namespace unfold::fuzz
