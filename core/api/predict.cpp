// What a session answers to one example.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "unfold/api/session.h"
#include "unfold/generate/decoder.h"

namespace unfold {
namespace {

/// The tokens of a text, each the longest name that fits.
std::vector<Token> tokens_of(const std::string& text, const std::vector<std::string>& names, const char* field) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t best = names.size();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (text.compare(at, names[i].size(), names[i]) == 0 && !names[i].empty() &&
          (best == names.size() || names[i].size() > names[best].size()))
        best = i;
    if (best == names.size()) refuse_argument(field, "symbols that the model knows", text.substr(at, 8));
    tokens.push_back(Token(best));
    at += names[best].size();
  }
  return tokens;
}

std::string text_of(const std::vector<Token>& tokens, const std::vector<std::string>& names) {
  std::string text;
  for (const Token token : tokens) text += token < names.size() ? names[token] : "";
  return text;
}

/// Numbers of one row, or of rows of D.
std::vector<Real> numbers_of(const Json& value, Index D, const char* field) {
  const std::string expected = "rows of " + std::to_string(D) + " finite numbers";
  if (!value.is_array()) refuse_argument(field, expected, shown(value));
  std::vector<Real> numbers;
  const auto add = [&](const Json& x) {
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

double number_of(const Json& request, const char* name, double otherwise, double least, double most, bool whole) {
  const auto at = request.find(name);
  if (at == request.end() || at->is_null()) return otherwise;
  const double x = at->is_number() ? at->get<double>() : std::nan("");
  if (!(x >= least && x <= most) || (whole && x != std::floor(x)))
    refuse_argument(
        name,
        std::string(whole ? "a whole number" : "a number") + " from " + Json(least).dump() + " to " + Json(most).dump(),
        shown(*at));
  return x;
}

constexpr const char* request_options[]{"input",         "context",     "target", "beam",
                                        "lengthPenalty", "temperature", "seed",   "steps"};

}  // namespace

Example Session::parse_example(const Json& request) const {
  const TaskConfig& task = config_.task;
  for (const auto& [name, value] : request.items())
    if (std::find_if(std::begin(request_options), std::end(request_options),
                     [&](const char* k) { return name == k; }) == std::end(request_options))
      refuse_argument(name, "input, context, target, beam, lengthPenalty, temperature, seed or steps",
                      "an unknown option");
  Example e;
  const auto text = [&](const char* field) {
    const Json& value = request.at(field);
    if (!value.is_string()) refuse_argument(field, "a text", shown(value));
    return value.get<std::string>();
  };
  if (task.name != "generate") {
    if (!request.contains("input"))
      refuse_argument("input", names_.numbers > 0 ? "rows of numbers" : "a text", "nothing");
    if (names_.numbers > 0)
      e.numbers = numbers_of(request["input"], names_.numbers, "input");
    else
      e.input = tokens_of(text("input"), names_.inputs, "input");
    if (e.input.empty() && e.numbers.empty()) refuse_argument("input", "at least one step", "none");
    if (Index(e.input.size()) > 65536 || Index(e.numbers.size()) > (Index(1) << 24))
      refuse_argument("input", "at most 65536 steps", std::to_string(std::max(e.input.size(), e.numbers.size())));
  }
  e.context.assign(std::size_t(names_.context), Real(0));
  if (names_.context > 0) {
    if (!request.contains("context"))
      refuse_argument("context", std::to_string(names_.context) + " numbers", "nothing");
    e.context = numbers_of(request["context"], names_.context, "context");
    if (Index(e.context.size()) != names_.context)
      refuse_argument("context", std::to_string(names_.context) + " numbers", std::to_string(e.context.size()));
  }
  if (!request.contains("target")) return e;
  if (task.name == "regress" || task.name == "notes") {
    e.values = numbers_of(request["target"], names_.outputs, "target");
    const Index rows = Index(e.values.size()) / names_.outputs;
    const Index expected = task.pooled() ? 1 : Index(e.numbers.size()) / names_.numbers;
    if (rows != expected) refuse_argument("target", std::to_string(expected) + " rows", std::to_string(rows));
  } else if (task.name == "classify") {
    const std::string label = text("target");
    const auto at = std::find(names_.targets.begin(), names_.targets.end(), label);
    if (at == names_.targets.end()) refuse_argument("target", "a label that the model knows", shown(label));
    e.target.push_back(Token(at - names_.targets.begin()));
  } else {
    e.target = tokens_of(text("target"), names_.targets, "target");
    const auto steps =
        e.input.empty() ? e.numbers.size() / std::size_t(std::max<Index>(names_.numbers, 1)) : e.input.size();
    if (sizes_.lengths > 0 && Index(e.target.size()) >= sizes_.lengths)
      refuse_argument("target",
                      "at most " + std::to_string(sizes_.lengths - 1) + " symbols (the longest it was trained on)",
                      std::to_string(e.target.size()));
    if (task.length == "halt" && e.target.empty())
      refuse_argument("target", "at least one symbol (the model halts after a step)", "none");
    if (e.target.size() > 65536) refuse_argument("target", "at most 65536 symbols", std::to_string(e.target.size()));
    if (task.name == "tag" && e.target.size() != steps)
      refuse_argument("target", std::to_string(steps) + " labels", std::to_string(e.target.size()));
  }
  return e;
}

Json Session::answer(const Example& e, const Json& request) {
  const TaskConfig& task = config_.task;
  const Index R = sizes_.outputs;
  Json json = Json::object();
  const bool has_target = request.contains("target") || !e.target.empty() || !e.values.empty();
  if (has_target) json["logProbability"] = log_probability(*network_, config_, names_, e);
  if (task.name == "generate" || task.name == "translate") {
    const Decoding options{
        .beam = int(number_of(request, "beam", 1, 1, 256, true)),
        .length_penalty = number_of(request, "lengthPenalty", 0, 0, 10, false),
        .temperature = number_of(request, "temperature", 0, 0, 1e6, false),
        .seed = std::uint64_t(number_of(request, "seed", double(config_.seed), 0, 9007199254740991.0, true)),
        .longest = task.longest};
    const std::vector<Written> all = decode(*network_, task, Index(names_.targets.size()), e, options);
    json["output"] = text_of(all[0].tokens, names_.targets);
    if (!has_target) json["logProbability"] = all[0].log_probability;
    json["alternatives"] = Json::array();
    for (const Written& w : all)
      json["alternatives"].push_back(object(
          {{"output", text_of(w.tokens, names_.targets)}, {"logProbability", w.log_probability}, {"score", w.score}}));
    if (!all[0].attention.empty())
      json["attention"] = rows_json(all[0].attention, std::max<Index>(Index(e.input.size()), 1));
    return json;
  }
  const std::vector<Real> values = answers(*network_, config_, names_, e);
  if (task.name == "classify" || task.name == "tag") {
    std::vector<std::string> labels;
    for (std::size_t at = 0; at < values.size(); at += std::size_t(R)) {
      const auto from = values.begin() + std::ptrdiff_t(at);
      labels.push_back(names_.targets[std::size_t(std::max_element(from, from + R) - from)]);
    }
    if (task.name == "classify") {
      json["output"] = labels[0];
      json["probabilities"] = values;
    } else {
      json["outputs"] = labels;
      json["probabilities"] = rows_json(values, R);
    }
    return json;
  }
  json["values"] = rows_json(values, R);
  const auto steps = Index(number_of(request, "steps", 0, 0, 65536, true));
  if (steps > 0)
    json["forecast"] =
        rows_json(go_on(*network_, config_, e, steps,
                        number_of(request, "temperature", task.name == "notes" ? 1 : 0, 0, 1e6, false),
                        std::uint64_t(number_of(request, "seed", double(config_.seed), 0, 9007199254740991.0, true))),
                  R);
  return json;
}

Json Session::predict(const Json& request) {
  if (config_.task.learns_text())
    throw Error(ErrorCode::invalid_state, "task", "a task with examples (next writes with sample)", config_.task.name);
  return answer(parse_example(request), request);
}

Json Session::example(Split split, Index index) {
  if (!feed_) throw Error(ErrorCode::invalid_state, "text", "the examples (open the checkpoint with them)", "none");
  const Dataset& data = feed_->data();
  const std::vector<Example>& list = split == Split::train        ? data.train
                                     : split == Split::validation ? data.validation
                                                                  : data.test;
  if (index < 0 || index >= Index(list.size()))
    refuse_argument("index", "a number below " + std::to_string(list.size()), std::to_string(index));
  const Example& e = list[std::size_t(index)];
  Json json = Json::object();
  if (data.numbers > 0)
    json["input"] = rows_json(e.numbers, data.numbers);
  else
    json["input"] = text_of(e.input, data.inputs);
  if (data.context > 0) json["context"] = e.context;
  if (!e.values.empty()) {
    json["target"] = rows_json(e.values, data.outputs);
  } else if (config_.task.name == "tag") {
    json["targets"] = Json::array();
    for (const Token t : e.target) json["targets"].push_back(t < data.targets.size() ? Json(data.targets[t]) : Json());
  } else {
    json["target"] = text_of(e.target, data.targets);
  }
  json["answer"] = answer(e, Json::object());
  return json;
}

}  // namespace unfold
