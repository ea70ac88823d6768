// What JavaScript sees of models: one class with coarse calls, JSON and copied bytes. Declares only; the work is in
// core/. How calls answer: reply.h. The tensor level: bindings_network.cpp.
#include <emscripten/bind.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "reply.h"
#include "unfold/api/describe.h"
#include "unfold/api/session.h"
#include "unfold/base/json_list.h"
#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/utf8.h"
#include "unfold/inspect/bench.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

using emscripten::val;

/// Where a run without a limit would end.
constexpr std::int64_t most_steps = std::numeric_limits<std::int32_t>::max();

/// Time is asked for only here, to end a slice; it never enters a result.
class Slice {
 public:
  explicit Slice(double milliseconds) : end_(now() + milliseconds) {}
  bool over() const { return now() >= end_; }
  static double now() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

 private:
  double end_;
};

Json report_json(const StepReport& r, double epochs, double tokens, double seconds) {
  return object({{"step", r.step},
                 {"epoch", epochs},
                 {"loss", r.loss},
                 maybe("accuracy", r.accuracy >= 0, r.accuracy),
                 {"gradientNorm", r.gradient_norm},
                 {"learningRate", r.learning_rate},
                 {"tokens", tokens},
                 {"seconds", seconds}});
}

Json evaluation_json(const Evaluation& e, const std::vector<std::string>& labels) {
  Json json = object({{"done", e.done},
                      {"fraction", e.fraction},
                      maybe("loss", e.done, e.loss),
                      maybe("accuracy", e.done && e.accuracy >= 0, e.accuracy),
                      {"tokens", e.predictions},
                      {"rmse", list_json(e.rmse)},
                      {"mae", list_json(e.mae)}});
  if (e.confusion.labels > 0) put(json, {{"classes", confusion_json(e.confusion, labels)}});
  return json;
}

Split split_of(const std::string& name) {
  if (name == "train") return Split::train;
  if (name == "validation") return Split::validation;
  if (name == "test") return Split::test;
  throw Error(ErrorCode::invalid_argument, "split", "train, validation or test", name);
}

std::vector<Token> tokens_of(const Json& json, const char* name) {
  std::vector<Token> tokens;
  for (const Json& token : member(json, name)) tokens.push_back(Token(token.get<std::int64_t>()));
  return tokens;
}

/// What lies between two slices of a session's training.
struct Work {
  StepReport last;
  double worked = 0;  // seconds of the step under way
  Json events = Json::array();
  std::exception_ptr trouble;
  Split measured_split = Split::validation;
  bool measuring = false;  // a validation on demand is under way: it goes before training
  std::optional<Evaluation> measured;
};

class Bound {
 public:
  val create(const std::string& config, const val& text) {
    return guarded([&] {
      session_.reset();
      work_ = {};
      session_ = std::make_unique<Session>(parse_config(config), copied(text));
      return reply(true, session_->info());
    });
  }

  /// `extend`: the text may be another one than the model was trained on.
  val open(const val& checkpoint, const val& text, bool extend) {
    return guarded([&] {
      const std::string bytes = copied(checkpoint);
      auto opened = std::make_unique<Session>(std::as_bytes(std::span(bytes)), copied(text), extend);
      session_ = std::move(opened);
      work_ = {};
      return reply(true, session_->info());
    });
  }

  val info() {
    return guarded([&] { return reply(true, session().info()); });
  }

  val graph() {
    return guarded([&] { return reply(true, session().graph()); });
  }

  /// Until a step, or until the validations say that nothing better comes. A target of infinity: nobody limits the run.
  val train(double target, double milliseconds) {
    return guarded([&] {
      Trainer& trainer = session().trainer();
      const Slice slice(milliseconds);
      if (work_.trouble) std::rethrow_exception(std::exchange(work_.trouble, nullptr));
      const bool endless = std::isinf(target);
      const std::int64_t target_step = endless ? most_steps : std::int64_t(target);
      do {
        if (trainer.evaluating() || (!trainer.under_way() && (work_.measuring || trainer.evaluation_due()))) {
          measure(trainer);
        } else if (!finished(trainer, target_step, endless)) {
          advance(trainer);
        }
      } while (!slice.over() && !finished(trainer, target_step, endless));
      const bool done = finished(trainer, target_step, endless);
      const bool stopped = done && trainer.stops_early(endless);
      if (done && trainer.patience(endless) > 0) trainer.restore_best();
      return reply(true, {{"step", trainer.progress().step},
                          {"done", done},
                          {"stoppedEarly", stopped},
                          {"best", best_json(trainer.best())},
                          {"underWay", trainer.under_way()},
                          {"events", std::exchange(work_.events, Json::array())}});
    });
  }

  val restore_best() {
    return guarded([&] {
      if (!settled().trainer().restore_best())
        throw Error(ErrorCode::invalid_state, "restoreBest", "a validation that was due (see evaluateEvery)",
                    "none yet");
      return reply(true, session_->info());
    });
  }

  /// Forgets a step that is not done, and the error of one: it would not happen with other settings.
  val train_stop() {
    return guarded([&] {
      session().trainer().drop_step();
      work_.worked = 0;
      work_.trouble = nullptr;
      return reply(true, Json::object());
    });
  }

  val update(const std::string& settings) {
    return guarded([&] {
      settled().update(settings);
      return reply(true, session_->info());
    });
  }

  /// `split`: train, validation or test.
  val evaluate(const std::string& name, double milliseconds) {
    return guarded([&] {
      const Split split = split_of(name);
      Trainer& trainer = (session().can_train() && session().trainer().evaluating() ? session() : settled()).trainer();
      const Slice slice(milliseconds);
      if (!work_.measured) {  // else a slice of training came in between and finished it
        work_.measuring = true;
        work_.measured_split = split;
        do measure(trainer);
        while (!work_.measured && !slice.over());
      }
      const Evaluation e = std::exchange(work_.measured, std::nullopt).value_or(Evaluation{});
      Json json = evaluation_json(e, session_->names().targets);
      if (e.done && session_->config().task.learns_text())
        put(json, {{"perplexity", numeric::exp(e.loss)},
                   {"bitsPerCharacter", session_->bits_per_character(split, e.loss, e.predictions)}});
      return reply(true, json);
    });
  }

  /// The same by dynamic evaluation, with the options of Session::evaluate_dynamic.
  val evaluate_dynamic(const std::string& name, const std::string& options, double milliseconds) {
    return guarded([&] {
      const Json json = parse_json(options, ErrorCode::invalid_argument, "dynamic");
      const Split split = split_of(name);
      const Slice slice(milliseconds);
      Evaluation e;
      do e = session().evaluate_dynamic(split, json);
      while (!e.done && !slice.over());
      return reply(true, evaluation_json(e, {}));
    });
  }

  /// Drops a pass half done: the next one begins anew, with the weights it finds.
  val evaluate_stop() {
    return guarded([&] {
      session().cancel_dynamic();
      if (!session().can_train()) return reply(true, Json::object());
      session().trainer().cancel_evaluation();
      work_.measuring = false;
      work_.measured.reset();
      return reply(true, Json::object());
    });
  }

  val baselines_start(int maxOrder) {
    return guarded([&] {
      settled().baselines_start(maxOrder);
      return reply(true, Json::object());
    });
  }

  /// null until all is counted.
  val baselines_next(double milliseconds) {
    return guarded([&] {
      const Slice slice(milliseconds);
      std::optional<Json> losses;
      do losses = session().baselines_next(4096);
      while (!losses && !slice.over());
      return reply(true, losses.value_or(Json()));
    });
  }

  /// See Session::backtest.
  val backtest(const std::string& split, int steps) {
    return guarded([&] { return reply(true, settled().backtest(split_of(split), steps)); });
  }

  val gradient_flow(int lags) {
    return guarded([&] { return reply(true, settled().gradient_flow(lags)); });
  }

  /// {tokens, columns, inputs, clock} and the state's numbers as float32 → {inputs, clock} and, as bytes, the logits
  /// followed by the numbers of the state after them. See Session::logits.
  val logits(const std::string& options, const val& values) {
    return guarded([&] {
      const Json json = parse_json(options, ErrorCode::invalid_argument, "options");
      const std::string bytes = copied(values);
      State state{.values = std::vector<Real>(bytes.size() / sizeof(Real)),
                  .tokens = tokens_of(json, "inputs"),
                  .clock = member(json, "clock").get<std::int64_t>()};
      std::memcpy(state.values.data(), bytes.data(), state.values.size() * sizeof(Real));
      std::vector<Real> numbers =
          settled().logits(tokens_of(json, "tokens"), Index(member(json, "columns").get<std::int64_t>()), state);
      numbers.insert(numbers.end(), state.values.begin(), state.values.end());
      val result = reply(true, {{"inputs", list_json(state.tokens)}, {"clock", state.clock}});
      set_bytes(result, std::as_bytes(std::span(numbers)));
      return result;
    });
  }

  val inspect(const val& text) {
    return guarded([&] {
      const Session::Reading reading = settled().inspect(copied(text));
      Json series = Json::array();
      for (const auto& [layer, name, size, offset] : reading.inspection.series)
        series.push_back(object({{"layer", layer}, {"name", name}, {"size", size}, {"offset", offset}}));
      val result = reply(
          true, {{"tokens", list_json(reading.tokens)}, {"unknown", list_json(reading.unknown)}, {"series", series}});
      set_bytes(result, std::as_bytes(std::span(reading.inspection.values)));
      return result;
    });
  }

  val saliency(const val& text, int at) {
    return guarded([&] { return reply(true, settled().saliency(copied(text), at)); });
  }

  val preactivations(const val& text, int layer, int at) {
    return guarded([&] { return reply(true, settled().preactivations(copied(text), layer, at)); });
  }

  val histograms(int bins) {
    return guarded([&] { return reply(true, settled().histograms(bins)); });
  }

  /// See Session::predict and Session::example.
  val predict(const std::string& request) {
    return guarded(
        [&] { return reply(true, settled().predict(parse_json(request, ErrorCode::invalid_argument, "request"))); });
  }

  val rows(const val& text, int future, int last) {
    return guarded([&] { return reply(true, session().rows(copied(text), future, last)); });
  }

  val example(const std::string& split, int index) {
    return guarded([&] { return reply(true, settled().example(split_of(split), index)); });
  }

  val sample_start(const std::string& options) {
    return guarded([&] {
      const Json json = parse_json(options, ErrorCode::invalid_argument, "options");
      const SampleRequest request = parse_sample_request(json, session().config().seed);
      const auto unknown = session_->sample_start(request.prompt, request.options, request.length);
      return reply(true, {{"unknown", list_json(unknown)}});
    });
  }

  val sample_next(int count, double milliseconds) {
    return guarded([&] {
      const Slice slice(milliseconds);
      std::string text;
      bool more = true;
      for (int i = 0; i < count && more; ++i) {
        more = session().sample_next(1, text);
        if (slice.over()) break;
      }
      if (session_->vocabulary().bytes()) {  // bytes travel as Latin-1
        std::string latin;
        for (const char c : text) append_utf8(static_cast<unsigned char>(c), latin);
        text = latin;
      }
      return reply(true, {{"text", text}, {"done", !more}});
    });
  }

  val save(const std::string& options) {
    return guarded([&] {
      const Json json = parse_json(options, ErrorCode::invalid_argument, "options");
      const Json* optimizer = find_member(json, "optimizer");
      const std::vector<std::byte> bytes = settled().save(!optimizer || optimizer->get<bool>());
      val result = reply(true, Json::object());
      set_bytes(result, bytes);
      return result;
    });
  }

 private:
  static bool finished(const Trainer& trainer, std::int64_t target, bool endless) {
    if (trainer.evaluation_due()) return false;
    return trainer.progress().step >= target || (!trainer.under_way() && trainer.stops_early(endless));
  }

  Session& session() {
    if (!session_) throw Error(ErrorCode::invalid_state, "session", "a model (create or open)", "none");
    return *session_;
  }

  /// Goes on with a step; when it is done, its report joins the events.
  void advance(Trainer& trainer) {
    const double start = Slice::now();
    const std::optional<StepReport> report = trainer.advance();
    work_.worked += (Slice::now() - start) / 1000;
    if (!report) return;
    work_.last = *report;
    const Config& c = session_->config();
    // Of what the task counts: characters, or examples.
    const double steps = c.task.learns_text() ? c.sequence_length : 1;
    work_.events.push_back(report_json(work_.last, trainer.epochs(),
                                       double(work_.last.step) * steps * c.batch_size * c.accumulate,
                                       std::exchange(work_.worked, 0)));
  }

  /// A piece of an evaluation: of the one that was asked for, or of the one that is due. When all is done, the result
  /// is kept for who asked, and the report of a due one joins the events.
  void measure(Trainer& trainer) {
    const bool asked = std::exchange(work_.measuring, false);  // and no longer, if anything throws
    const Split split = asked ? work_.measured_split : Split::validation;
    const bool due = split == Split::validation && trainer.evaluation_due();
    const std::optional<Evaluation> e = trainer.advance_evaluation(split);
    const bool done = e && e->done;
    work_.measuring = asked && !done;
    if (asked && done) work_.measured = e;
    if (!due || !done) return;
    Json report = report_json(work_.last, trainer.epochs(), 0, 0);
    put(report, {{"validationLoss", e->loss},
                 maybe("accuracy", e->accuracy >= 0, e->accuracy),
                 {"step", trainer.progress().step}});
    work_.events.push_back(report);
  }

  /// With no step, and no window of an evaluation, half done: what is not training or writing wants whole ones. The
  /// report of it, or its error, comes with the next slice of training.
  Session& settled() {
    Session& settled = session();
    try {
      while (settled.can_train() && settled.trainer().under_way()) {
        Trainer& trainer = settled.trainer();
        trainer.evaluating() ? measure(trainer) : advance(trainer);
      }
    } catch (...) {
      work_.trouble = std::current_exception();
    }
    return settled;
  }

  std::unique_ptr<Session> session_;
  Work work_;
};

val schema_reply() {
  return guarded([] { return reply(true, schema()); });
}

val check(const std::string& text, int vocabulary, int characters) {
  return guarded([&] {
    const Config config = parse_config(text);
    const Estimate size = estimate(config, std::max(vocabulary, 1), characters);
    const bool known = vocabulary > 0;
    return reply(true, {{"config", to_json(config)},
                        maybe("parameters", known, double(size.parameters)),
                        maybe("memoryBytes", known, std::floor(size.bytes))});
  });
}

val preview_reply(const std::string& config, const val& text) {
  return guarded([&] { return reply(true, preview(copied(text), parse_config(config))); });
}

val describe_reply(const std::string& config, int vocabulary) {
  return guarded([&] { return reply(true, describe(parse_config(config), vocabulary)); });
}

val set_threads_reply(int count) {
  return guarded([&] { return reply(true, {{"threads", set_threads(count)}}); });
}

val set_math(const std::string& math) {
  return guarded([&] {
    const bool fast = kernels::set_fast(math == "fast");
    return reply(true, {{"math", fast ? "fast" : "reproducible"}});
  });
}

val benchmark_reply(int max_threads, const std::string& only, double chunk_seconds) {
  return guarded([&] {
    return reply(true, benchmark({.max_threads = max_threads, .chunk_seconds = chunk_seconds, .only = only}));
  });
}

}  // namespace
}  // namespace unfold

EMSCRIPTEN_BINDINGS(unfold) {
  using namespace unfold;
  emscripten::function("schema", &schema_reply);
  emscripten::function("check", &check);
  emscripten::function("describe", &describe_reply);
  emscripten::function("preview", &preview_reply);
  emscripten::function("setThreads", &set_threads_reply);
  emscripten::function("setMath", &set_math);
  emscripten::function("benchmark", &benchmark_reply);
  emscripten::class_<Bound>("Session")
      .constructor()
      .function("create", &Bound::create)
      .function("open", &Bound::open)
      .function("info", &Bound::info)
      .function("graph", &Bound::graph)
      .function("train", &Bound::train)
      .function("trainStop", &Bound::train_stop)
      .function("restoreBest", &Bound::restore_best)
      .function("update", &Bound::update)
      .function("evaluate", &Bound::evaluate)
      .function("evaluateDynamic", &Bound::evaluate_dynamic)
      .function("predict", &Bound::predict)
      .function("rows", &Bound::rows)
      .function("example", &Bound::example)
      .function("evaluateStop", &Bound::evaluate_stop)
      .function("baselinesStart", &Bound::baselines_start)
      .function("baselinesNext", &Bound::baselines_next)
      .function("backtest", &Bound::backtest)
      .function("gradientFlow", &Bound::gradient_flow)
      .function("logits", &Bound::logits)
      .function("inspect", &Bound::inspect)
      .function("saliency", &Bound::saliency)
      .function("preactivations", &Bound::preactivations)
      .function("histograms", &Bound::histograms)
      .function("sampleStart", &Bound::sample_start)
      .function("sampleNext", &Bound::sample_next)
      .function("save", &Bound::save);
}
