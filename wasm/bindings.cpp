// What JavaScript sees: one class with coarse calls, JSON and copied bytes. Declares only; the work is in core/.
// Every call answers {ok: true, value: JSON, bytes?} or {ok: false, value: JSON of {code, field, expected,
// actual, message}}, so no exception crosses the boundary.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "bench.h"
#include "kernels/kernels.h"
#include "parallel.h"
#include "session.h"

namespace unfold {
namespace {

using emscripten::val;

val reply(bool ok, const Json& value) {
  val result = val::object();
  result.set("ok", ok);
  result.set("value", value.dump(-1, ' ', false, Json::error_handler_t::replace));
  return result;
}

val failure(const char* code, const std::string& field, const std::string& expected, const std::string& actual,
            const std::string& message) {
  return reply(false, {{"code", code}, {"field", field}, {"expected", expected}, {"actual", actual}, {"message", message}});
}

/// The one guard: turns every exception into a reply.
template <class F>
val guarded(const F& f) {
  try {
    return f();
  } catch (const Error& e) {
    return failure(to_string(e.code), e.field, e.expected, e.actual, e.what());
  } catch (const Json::exception& e) {  // an option of the wrong type
    return failure("INVALID_ARGUMENT", "options", "options of the documented types", e.what(), e.what());
  } catch (const std::bad_alloc&) {
    return failure("OUT_OF_MEMORY", "memory", "enough memory", "a refusal", "The browser gave no more memory.");
  } catch (const std::exception& e) {
    return failure("INTERNAL", "", "", "", e.what());
  }
}

/// A copy, so that nothing dangles when the memory grows.
std::string copied(const val& bytes) {
  std::string copy(bytes["length"].as<std::size_t>(), '\0');
  val(emscripten::typed_memory_view(copy.size(), reinterpret_cast<std::uint8_t*>(copy.data()))).call<void>("set", bytes);
  return copy;
}

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

Json report_json(const StepReport& r, std::int64_t characters, double seconds) {
  return {{"step", r.step},
          {"epoch", r.epoch},
          {"loss", r.loss},
          {"validationLoss", nullptr},
          {"gradientNorm", r.gradient_norm},
          {"learningRate", r.learning_rate},
          {"characters", characters},
          {"seconds", seconds}};
}

Json evaluation_json(const Evaluation& e) {
  return {{"done", e.done},
          {"fraction", e.fraction},
          {"loss", e.done ? Json(e.loss) : Json()},
          {"characters", e.predictions}};
}

class Bound {
 public:
  val create(const std::string& config, const val& text) {
    return guarded([&] {
      session_.reset();
      session_ = std::make_unique<Session>(parse_config(config), copied(text));
      return reply(true, session_->info());
    });
  }

  val open(const val& checkpoint, const val& text) {
    return guarded([&] {
      const std::string bytes = copied(checkpoint);
      auto opened = std::make_unique<Session>(std::as_bytes(std::span(bytes)), copied(text));
      session_ = std::move(opened);
      return reply(true, session_->info());
    });
  }

  val info() {
    return guarded([&] { return reply(true, session().info()); });
  }

  val train(double target, double milliseconds) {
    return guarded([&] {
      Trainer& trainer = session().trainer();
      const Slice slice(milliseconds);
      Json events = Json::array();
      const auto target_step = std::int64_t(target);
      do {
        if (measuring_ || trainer.evaluation_due()) {
          const Evaluation e = trainer.evaluate();
          if (!e.done) continue;
          if (measuring_) measured_ = e;
          measuring_ = false;
          Json report = report_json(last_, 0, 0);
          report["validationLoss"] = e.loss;
          report["step"] = trainer.progress().step;
          events.push_back(report);
        } else if (trainer.progress().step < target_step) {
          const double start = Slice::now();
          last_ = trainer.step();
          const Config& c = session_->config();
          events.push_back(report_json(last_, last_.step * c.window * c.batch, (Slice::now() - start) / 1000));
        }
      } while (!slice.over() && !finished(trainer, target_step));
      return reply(true, {{"step", trainer.progress().step}, {"done", finished(trainer, target_step)}, {"events", events}});
    });
  }

  val update(const std::string& settings) {
    return guarded([&] {
      session().update(settings);
      return reply(true, session_->info());
    });
  }

  val evaluate(double milliseconds) {
    return guarded([&] {
      Trainer& trainer = session().trainer();
      const Slice slice(milliseconds);
      Evaluation e;
      if (measured_) {
        e = *measured_;  // a training slice came in between and finished it
      } else {
        measuring_ = true;
        do e = trainer.evaluate();
        while (!e.done && !slice.over());
      }
      if (e.done) {
        measuring_ = false;
        measured_.reset();
      }
      return reply(true, evaluation_json(e));
    });
  }

  val baselines(int highest) {
    return guarded([&] { return reply(true, session().baselines(highest)); });
  }

  val gradient_flow(int lags) {
    return guarded([&] { return reply(true, session().gradient_flow(lags)); });
  }

  val sample_start(const std::string& options) {
    return guarded([&] {
      const Json json = parse_json(options, ErrorCode::invalid_argument, "options");
      static const std::set<std::string> known{"prime", "temperature", "topK", "topP", "greedy", "seed", "length"};
      for (const auto& [name, value] : json.items())
        if (!known.contains(name))
          throw Error(ErrorCode::invalid_argument, name,
                      "prime, temperature, topK, topP, greedy, seed or length", "an unknown option");
      const auto number = [&](const char* name, double otherwise) {
        const auto at = json.find(name);
        if (at == json.end() || at->is_null()) return otherwise;
        if (!at->is_number()) throw Error(ErrorCode::invalid_argument, name, "a number", at->dump());
        return at->get<double>();
      };
      const auto whole = [&](const char* name, double otherwise, double most) {
        const double x = number(name, otherwise);
        if (!(x >= 0 && x <= most && x == std::floor(x)))
          throw Error(ErrorCode::invalid_argument, name, "a whole number from 0 to " + Json(most).dump(), Json(x).dump());
        return x;
      };
      const SampleOptions chosen{.temperature = number("temperature", 1),
                                 .top_k = int(whole("topK", 0, 65535)),
                                 .top_p = number("topP", 1),
                                 .greedy = json.value("greedy", false),
                                 .seed = std::uint64_t(whole("seed", double(session().config().seed), 9007199254740991.0))};
      const auto unknown = session_->sample_start(json.value("prime", ""), chosen,
                                                  std::int64_t(whole("length", 500, 9007199254740991.0)));
      return reply(true, {{"unknown", unknown}});
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
      const std::vector<std::byte> bytes = session().save(json.value("optimizer", true));
      val result = reply(true, Json::object());
      const val view(emscripten::typed_memory_view(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data())));
      result.set("bytes", val::global("Uint8Array").new_(view));  // copies, also out of shared memory
      return result;
    });
  }

 private:
  static bool finished(const Trainer& trainer, std::int64_t target) {
    return trainer.progress().step >= target && !trainer.evaluation_due();
  }

  Session& session() {
    if (!session_) throw Error(ErrorCode::invalid_state, "session", "a model (create or open)", "none");
    return *session_;
  }

  std::unique_ptr<Session> session_;
  StepReport last_;
  bool measuring_ = false;  // a validation on demand is under way: it goes before training
  std::optional<Evaluation> measured_;
};

val schema_reply() {
  return guarded([] { return reply(true, schema()); });
}

val check(const std::string& text, int vocabulary) {
  return guarded([&] {
    const Config config = parse_config(text);
    const Estimate size = estimate(config, std::max(vocabulary, 1), 0);
    const bool known = vocabulary > 0;
    return reply(true, {{"config", to_json(config)},
                        {"parameters", known ? Json(size.parameters) : Json()},
                        {"memoryBytes", known ? Json(std::floor(size.bytes)) : Json()}});
  });
}

val set_threads_reply(int count) {
  return guarded([&] { return reply(true, {{"threads", set_threads(count)}}); });
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
  emscripten::function("setThreads", &set_threads_reply);
  emscripten::function("benchmark", &benchmark_reply);
  emscripten::class_<Bound>("Session")
      .constructor()
      .function("create", &Bound::create)
      .function("open", &Bound::open)
      .function("info", &Bound::info)
      .function("train", &Bound::train)
      .function("update", &Bound::update)
      .function("evaluate", &Bound::evaluate)
      .function("baselines", &Bound::baselines)
      .function("gradientFlow", &Bound::gradient_flow)
      .function("sampleStart", &Bound::sample_start)
      .function("sampleNext", &Bound::sample_next)
      .function("save", &Bound::save);
}
