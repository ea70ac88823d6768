// Training settings of a configuration.
#include "unfold/config/config_reader.h"

namespace unfold {
namespace {

constexpr Named<Initializer> initializers[]{
    {"xavier", Initializer::xavier},     {"he", Initializer::he},           {"orthogonal", Initializer::orthogonal},
    {"identity", Initializer::identity}, {"uniform", Initializer::uniform}, {"sparse", Initializer::sparse},
    {"zero", Initializer::zero}};

void parse_optimizer(Reader& r, OptimizerConfig& o) {
  const Json* value = r.get("optimizer");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("optimizer"));
  const std::string before = o.name;
  o.name = in.choice("name", optimizer_names, o.name);
  if (o.name != before || before.empty()) o.momentum = o.name == "momentum" || o.name == "nesterov" ? 0.9 : 0;
  in.number("learningRate", o.learning_rate, 0, 1e6);
  in.number("beta1", o.beta1, 0, 0.999999999);
  in.number("beta2", o.beta2, 0, 0.999999999);
  in.number("epsilon", o.epsilon, 1e-30, 1);
  in.number("momentum", o.momentum, 0, 1);
  in.number("decay", o.decay, 0, 1);
  in.number("weightDecay", o.weight_decay, 0, 1e3);
  in.boolean("centered", o.centered);
  in.finish();
}

void parse_schedule(Reader& r, ScheduleConfig& s) {
  const Json* value = r.get("schedule");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("schedule"));
  s.name = in.choice("name", schedule_names, s.name);
  in.integer("warmup", s.warmup, 0, 1e9);
  in.integer("every", s.every, 1, 1e9);
  in.integer("steps", s.steps, 1, 1e9);
  in.integer("patience", s.patience, 0, 1e6);
  in.number("factor", s.factor, 0, 1, true);
  in.number("minimum", s.minimum, 0, 1e6);
  in.finish();
}

void parse_clip(Reader& r, ClipConfig& c) {
  const Json* value = r.get("clip");
  if (!value) return;
  const Json object = expanded(*value, "norm");
  Reader in(object, r.path("clip"));
  in.number("norm", c.norm, 0, 1e9);
  in.number("value", c.value, 0, 1e9);
  in.finish();
}

void parse_sampling(Reader& r, SamplingConfig& s) {
  const Json* value = r.get("sampling");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("sampling"));
  s.name = in.choice("name", sampling_names, s.name);
  in.number("k", s.k, 1, 1e9);
  in.number("start", s.start, 0, 1);
  in.number("minimum", s.minimum, 0, 1);
  in.finish();
}

}  // namespace

void parse_live(Reader& r, Config& c) {
  parse_optimizer(r, c.optimizer);
  parse_schedule(r, c.schedule);
  parse_clip(r, c.clip);
  parse_sampling(r, c.sampling);
  r.number("dropout", c.dropout, 0, 0.95);
  r.integer("evaluateEvery", c.evaluate_every, 0, 1e9);
}

void parse_initialization(Reader& r, InitializationConfig& c) {
  const Json* value = r.get("initialization");
  if (!value) return;
  Reader in(*value, r.path("initialization"));
  in.one_of("input", initializers, c.input);
  in.one_of("recurrent", initializers, c.recurrent);
  in.one_of("readout", initializers, c.readout);
  in.number("gain", c.gain, 0, 100);
  in.integer("nonzeros", c.nonzeros, 1, 8192);
  in.number("spectralRadius", c.spectral_radius, 0, 100);
  in.finish();
}

Json initialization_json(const InitializationConfig& i) {
  return object({{"input", name_of(initializers, i.input)},
                 {"recurrent", name_of(initializers, i.recurrent)},
                 {"readout", name_of(initializers, i.readout)},
                 {"gain", i.gain},
                 {"nonzeros", i.nonzeros},
                 {"spectralRadius", i.spectral_radius}});
}

void training_choices(Json& schema) {
  put(schema, {{"optimizers", names_json(optimizer_names)},
               {"schedules", names_json(schedule_names)},
               {"samplings", names_json(sampling_names)},
               {"initializations", names_json(names_of(initializers))}});
}

}  // namespace unfold
