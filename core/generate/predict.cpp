#include "unfold/generate/predict.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "unfold/base/json_list.h"
#include "unfold/base/json_reader.h"
#include "unfold/base/phrase.h"
#include "unfold/data/lines.h"
#include "unfold/data/unknown.h"
#include "unfold/generate/decoder.h"
#include "unfold/generate/forecast.h"

namespace unfold {

std::string text_of(const Json& value, const char* field) {
  if (!value.is_string()) refuse_argument(field, "a text", shown(value));
  return value.get<std::string>();
}

void SymbolReader::lost(std::string_view symbol, Index position, std::vector<Token>& tokens) {
  if (unknown == Unknown::error)
    refuse_argument(field, words ? "words that the model knows" : "symbols in the model's vocabulary",
                    phrase("\"{}\" (position {})", {symbol, position}));
  found.push_back({std::string(symbol), position});
  if (unknown == Unknown::symbol) tokens.push_back(replacement);
}

void SymbolReader::add(std::string_view symbol, std::vector<Token>& tokens) {
  const Index position = Index(tokens.size()) + (unknown == Unknown::skip ? Index(found.size()) : 0);
  const auto at = std::find(names.begin(), names.end(), symbol);
  if (at == names.end()) return lost(symbol, position, tokens);
  tokens.push_back(Token(at - names.begin()));
}

void SymbolReader::read_characters(const std::string& text, std::vector<Token>& tokens) {
  Index position = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    std::size_t best = names.size();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (rest.starts_with(names[i]) && !names[i].empty() &&
          (best == names.size() || names[i].size() > names[best].size()))
        best = i;
    const std::string_view symbol =
        best < names.size() ? rest.substr(0, names[best].size()) : first_code_points(rest, 1);
    if (best < names.size())
      tokens.push_back(Token(best));
    else
      lost(symbol, position, tokens);
    position += code_points(symbol);
    at += symbol.size();
  }
}

std::vector<Token> SymbolReader::read(const Json& value) {
  std::vector<Token> tokens;
  if (value.is_array()) {
    for (const Json& symbol : value) add(text_of(symbol, field), tokens);
    return tokens;
  }
  const std::string text = text_of(value, field);
  if (!words) {
    read_characters(text, tokens);
    return tokens;
  }
  const char* const spaces = " \t\r\n";
  for (std::size_t at = text.find_first_not_of(spaces); at != text.npos; at = text.find_first_not_of(spaces, at)) {
    const std::size_t end = std::min(text.find_first_of(spaces, at), text.size());
    add(std::string_view(text).substr(at, end - at), tokens);
    at = end;
  }
  return tokens;
}

std::string spelled(const std::vector<Token>& tokens, const std::vector<std::string>& names, bool words) {
  std::string text;
  for (const Token token : tokens) {
    if (words && !text.empty()) text += ' ';
    text += token < names.size() ? names[token] : "";
  }
  return text;
}

std::vector<Real> numbers_of(const Json& value, Index D, const char* field, bool gaps) {
  const std::string expected = phrase("rows of {} finite numbers", {D});
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
    if (Index(row.size()) != D) refuse_argument(field, expected, phrase("{} in a row", {row.size()}));
    for (const Json& x : row) add(x);
  }
  if (Index(numbers.size()) % D != 0) refuse_argument(field, expected, phrase("{} numbers", {numbers.size()}));
  return numbers;
}

Json rows_json(const std::vector<Real>& values, Index rows) {
  Json json = Json::array();
  for (std::size_t at = 0; rows > 0 && at + std::size_t(rows) <= values.size(); at += std::size_t(rows))
    json.push_back(list_json(std::span(values).subspan(at, std::size_t(rows))));
  return json;
}

namespace {

constexpr Named<Unknown> unknowns[]{{"error", Unknown::error}, {"skip", Unknown::skip}, {"symbol", Unknown::symbol}};

/// How the request's symbols are read.
SymbolReader parse_unknown(Reader& r, const Predictor& p) {
  const std::vector<std::string>& names = p.names.inputs;
  SymbolReader reader{.names = names, .field = "input", .words = p.names.words, .unknown = p.config.dataset.unknown};
  r.one_of("unknown", unknowns, reader.unknown);
  if (reader.unknown != Unknown::symbol) return reader;
  if (names.empty() || names.back() != unknown_name)
    refuse_argument("unknown", "error or skip (the model has learned no unknown symbol)", "symbol");
  reader.replacement = Token(names.size() - 1);
  return reader;
}

/// Takes the input and the context.
Example parse_example(Reader& r, const Predictor& p, const TaskHead& head, SymbolReader& symbols) {
  const Dataset& names = p.names;
  Example e;
  const Json* input = r.get("input");
  if (head.reads_input()) {
    if (!input) refuse_argument("input", names.numbers > 0 ? "rows of numbers" : "a text", "nothing");
    if (names.numbers > 0)
      e.numbers = numbers_of(*input, names.numbers, "input", p.config.dataset.missing == Missing::mask);
    else
      e.input = symbols.read(*input);
    if (e.input.empty() && e.numbers.empty()) refuse_argument("input", "at least one step", "none");
    if (Index(e.input.size()) > 65536 || Index(e.numbers.size()) > (Index(1) << 24))
      refuse_argument("input", "at most 65536 steps", std::to_string(std::max(e.input.size(), e.numbers.size())));
  }
  e.context.assign(std::size_t(names.context), Real(0));
  const Json* context = r.get("context");
  if (names.context == 0) return e;
  const std::string expected = phrase("{} numbers", {names.context});
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

/// What is known of the steps that are to be forecast; the last one reads nothing.
void parse_future(Reader& r, const Predictor& p, PredictOptions& options) {
  const Json* future = r.get("future");
  if (!future) return;
  const Index width = known_columns(p.names);
  if (width == 0) refuse_argument("future", "nothing (the model predicts every column that it reads)", shown(*future));
  options.future = numbers_of(*future, width, "future");
  if (const Index rows = Index(options.future.size()) / width; rows + 1 < options.steps)
    refuse_argument("future", phrase("{} (steps − 1) or more", {counted(options.steps - 1, "row")}),
                    std::to_string(rows));
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
  SymbolReader symbols = parse_unknown(r, p);
  Example e = parse_example(r, p, head, symbols);
  const Json* target = r.get("target");
  if (target) head.parse_target(p, *target, e);
  const TaskConfig& task = p.config.task;
  const bool halts =
      task.termination == Termination::halt && (task.kind == TaskKind::generate || task.kind == TaskKind::translate);
  if (target && halts && e.target.empty())
    refuse_argument("target", "at least one symbol (a unit that halts ends a sequence after one)", "none");
  PredictOptions options = parse_options(r, p.config.seed);
  parse_future(r, p, options);
  r.finish();
  Json json = answer(p, head, e, options, target);
  if (symbols.found.empty()) return json;
  Json& unknown = json["unknown"] = Json::array();
  for (const auto& [symbol, position] : symbols.found)
    unknown.push_back(object({{"symbol", symbol}, {"position", position}}));
  return json;
}

Json show_example(const Predictor& p, const Example& e) {
  const TaskHead& head = task_head(p.config.task);
  Json json = Json::object();
  if (p.names.numbers > 0)
    json["input"] = rows_json(e.numbers, p.names.numbers);
  else
    json["input"] = spelled(e.input, p.names.inputs, p.names.words);
  if (p.names.context > 0) json["context"] = list_json(e.context);
  head.show_target(p, e, json);
  json["answer"] = answer(p, head, e, {.seed = p.config.seed}, !e.target.empty() || !e.values.empty());
  return json;
}

}  // namespace unfold
