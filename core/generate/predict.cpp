#include "unfold/generate/predict.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "unfold/base/json_reader.h"
#include "unfold/generate/decoder.h"

namespace unfold {

std::string text_of(const Json& value, const char* field) {
  if (!value.is_string()) refuse_argument(field, "a text", shown(value));
  return value.get<std::string>();
}

namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The code point of a UTF-8 text that begins at a byte, and its number, for messages.
std::string code_point(const std::string& text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && continues(text[end])) ++end;
  const auto before = text.begin() + std::ptrdiff_t(at);
  const auto position = std::count_if(text.begin(), before, [](char c) { return !continues(c); });
  return "\"" + text.substr(at, end - at) + "\" (position " + std::to_string(position) + ")";
}

}  // namespace

std::vector<Token> tokens_of(const std::string& text, const std::vector<std::string>& names, const char* field) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t best = names.size();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (text.compare(at, names[i].size(), names[i]) == 0 && !names[i].empty() &&
          (best == names.size() || names[i].size() > names[best].size()))
        best = i;
    if (best == names.size()) refuse_argument(field, "symbols in the model's vocabulary", code_point(text, at));
    tokens.push_back(Token(best));
    at += names[best].size();
  }
  return tokens;
}

std::string spelled(const std::vector<Token>& tokens, const std::vector<std::string>& names) {
  std::string text;
  for (const Token token : tokens) text += token < names.size() ? names[token] : "";
  return text;
}

std::vector<Real> numbers_of(const Json& value, Index D, const char* field, bool gaps) {
  const std::string expected = "rows of " + std::to_string(D) + " finite numbers";
  if (!value.is_array()) refuse_argument(field, expected, shown(value));
  std::vector<Real> numbers;
  const auto add = [&](const Json& x) {
    if (gaps && x.is_null()) {
      numbers.push_back(std::numeric_limits<Real>::quiet_NaN());
      return;
    }
    if (!x.is_number() || !(std::fabs(x.get<double>()) <= 1e15)) refuse_argument(field, expected, shown(x));
    numbers.push_back(Real(x.get<double>()));
  };
  for (const Json& row : value) {
    if (!row.is_array()) {
      add(row);
      continue;
    }
    if (Index(row.size()) != D) refuse_argument(field, expected, std::to_string(row.size()) + " in a row");
    for (const Json& x : row) add(x);
  }
  if (Index(numbers.size()) % D != 0) refuse_argument(field, expected, std::to_string(numbers.size()) + " numbers");
  return numbers;
}

Json rows_json(const std::vector<Real>& values, Index rows) {
  Json json = Json::array();
  for (std::size_t at = 0; rows > 0 && at + std::size_t(rows) <= values.size(); at += std::size_t(rows))
    json.push_back(std::vector<Real>(values.begin() + std::ptrdiff_t(at), values.begin() + std::ptrdiff_t(at) + rows));
  return json;
}

namespace {

/// Takes the input and the context.
Example parse_example(Reader& r, const Predictor& p, const TaskHead& head) {
  const Dataset& names = p.names;
  Example e;
  const Json* input = r.get("input");
  if (head.reads_input()) {
    if (!input) refuse_argument("input", names.numbers > 0 ? "rows of numbers" : "a text", "nothing");
    if (names.numbers > 0)
      e.numbers = numbers_of(*input, names.numbers, "input", p.config.dataset.missing == Missing::mask);
    else
      e.input = tokens_of(text_of(*input, "input"), names.inputs, "input");
    if (e.input.empty() && e.numbers.empty()) refuse_argument("input", "at least one step", "none");
    if (Index(e.input.size()) > 65536 || Index(e.numbers.size()) > (Index(1) << 24))
      refuse_argument("input", "at most 65536 steps", std::to_string(std::max(e.input.size(), e.numbers.size())));
  }
  e.context.assign(std::size_t(names.context), Real(0));
  const Json* context = r.get("context");
  if (names.context == 0) return e;
  const std::string expected = std::to_string(names.context) + " numbers";
  if (!context) refuse_argument("context", expected, "nothing");
  e.context = numbers_of(*context, names.context, "context");
  if (Index(e.context.size()) != names.context) refuse_argument("context", expected, std::to_string(e.context.size()));
  return e;
}

PredictOptions parse_options(Reader& r, std::uint64_t seed) {
  PredictOptions options{.seed = seed};
  r.integer("beamWidth", options.beam_width, 1, 256);
  r.number("lengthPenalty", options.length_penalty, 0, 10);
  double temperature = -1;
  r.number("temperature", temperature, 0, 1e6);
  if (temperature >= 0) options.temperature = temperature;
  r.integer("seed", options.seed, 0, 9007199254740991.0);
  r.integer("steps", options.steps, 0, 65536);
  return options;
}

Json answer(const Predictor& p, const TaskHead& head, const Example& e, const PredictOptions& options,
            bool has_target) {
  Json json = Json::object();
  if (has_target) json["logProbability"] = log_probability(p.network, p.config, p.names, e);
  head.predict(p, e, options, has_target, json);
  return json;
}

}  // namespace

Json predict(const Predictor& p, const Json& request) {
  const TaskHead& head = task_head(p.config.task);
  Reader r(request, "", ErrorCode::invalid_argument, "request");
  Example e = parse_example(r, p, head);
  const Json* target = r.get("target");
  if (target) head.parse_target(p, *target, e);
  const PredictOptions options = parse_options(r, p.config.seed);
  r.finish();
  return answer(p, head, e, options, target);
}

Json show_example(const Predictor& p, const Example& e) {
  const TaskHead& head = task_head(p.config.task);
  Json json = Json::object();
  if (p.names.numbers > 0)
    json["input"] = rows_json(e.numbers, p.names.numbers);
  else
    json["input"] = spelled(e.input, p.names.inputs);
  if (p.names.context > 0) json["context"] = e.context;
  head.show_target(p, e, json);
  json["answer"] = answer(p, head, e, {.seed = p.config.seed}, !e.target.empty() || !e.values.empty());
  return json;
}

}  // namespace unfold
