// Tasks of a configuration, and what they rule out.
#include "unfold/config/config_reader.h"
#include "unfold/config/corpus.h"

namespace unfold {
namespace {

constexpr const char* tasks[]{"next", "generate", "classify", "tag", "translate", "regress", "notes", "tensor"};
constexpr const char* lengths[]{"end", "halt", "count"};
constexpr const char* scores[]{"additive", "multiplicative"};
constexpr const char* pools[]{"each", "last", "mean"};
constexpr Named<ContextUse> uses[]{{"none", ContextUse::none},
                                   {"input", ContextUse::input},
                                   {"initial", ContextUse::initial},
                                   {"both", ContextUse::both}};

bool one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void parse_attention(Reader& r, AttentionConfig& a) {
  const Json* value = r.get("attention");
  if (!value || (value->is_string() && *value == "none")) return;
  const Json object = expanded(*value, "score");
  Reader in(object, r.path("attention"));
  a.on = true;
  a.additive = in.choice("score", scores, "additive") == "additive";
  in.integer("size", a.size, 0, 8192);
  in.boolean("feed", a.feed);
  in.finish();
}

void parse_corpus(Reader& r, CorpusConfig& c) {
  const Json* value = r.get("corpus");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("corpus"));
  const Json* name = in.get("name");
  if (!name || !name->is_string()) refuse(in.path("name"), "a name", name ? shown(*name) : "nothing");
  c.name = name->get<std::string>();
  std::vector<const char*> known;
  for (const Corpus& corpus : corpora()) known.push_back(corpus.name);
  if (!find_corpus(c.name)) refuse(in.path("name"), "one of " + listed(known), shown(*name));
  in.integer("difficulty", c.difficulty, 0, 100000);
  in.integer("count", c.count, 10, 10e6);
  in.integer("seed", c.seed, 0, 9007199254740991.0);
  in.finish();
}

}  // namespace

void parse_task(Reader& r, Config& c) {
  TaskConfig& t = c.task;
  parse_corpus(r, c.corpus);
  const Corpus* corpus = find_corpus(c.corpus.name);
  if (corpus) {
    t.name = corpus->task;
    t.pool = corpus->pool;
  }
  if (const Json* value = r.get("task")) {
    const Json object = expanded(*value, "name");
    Reader in(object, r.path("task"));
    t.name = in.choice("name", tasks, t.name);
    if (corpus && t.name != corpus->task)
      refuse(in.path("name"), std::string(corpus->task) + " (what the corpus " + corpus->name + " is for)",
             "\"" + t.name + "\"");
    const bool answers = one_of(t.name, {"classify", "regress"});
    if (t.name == "classify" && t.pool.empty()) t.pool = "last";
    if (answers) t.pool = in.choice("pool", pools, t.pool.empty() ? "each" : t.pool);
    if (t.pool == "each") t.pool.clear();
    if (t.name == "classify" && !t.pooled())
      refuse(in.path("pool"), "last or mean (a label for every step is the task tag)", "\"each\"");
    if (one_of(t.name, {"generate", "translate"})) {
      t.length = in.choice("length", lengths, t.length);
      in.integer("longest", t.longest, 1, 65536);
    }
    if (t.name == "tensor") {
      in.integer("inputs", t.inputs, 1, 65536);
      in.integer("outputs", t.outputs, 0, 65536);
      if (t.inputs == 0) refuse(in.path("inputs"), "numbers a step", "nothing");
    }
    if (one_of(t.name, {"tensor", "generate"})) in.integer("context", t.context, 0, 65536);
    in.finish();
  }
  parse_attention(r, c.attention);
  r.one_of("context", uses, c.context);
}

void task_json(const Config& c, Json& json) {
  const TaskConfig& t = c.task;
  if (t.learns_text()) return;
  Json task = object({{"name", t.name}});
  if (one_of(t.name, {"classify", "regress"})) put(task, {{"pool", t.pooled() ? t.pool.c_str() : "each"}});
  if (one_of(t.name, {"generate", "translate"})) put(task, {{"length", t.length}, {"longest", t.longest}});
  if (t.name == "tensor") put(task, {{"inputs", t.inputs}, {"outputs", t.outputs}});
  if (t.context > 0) put(task, {{"context", t.context}});
  put(json, {{"task", task}});
  const CorpusConfig& made = c.corpus;
  if (!made.name.empty())
    put(json,
        {{"corpus",
          object({{"name", made.name}, {"difficulty", made.difficulty}, {"count", made.count}, {"seed", made.seed}})}});
  if (c.has_context()) put(json, {{"context", name_of(uses, c.context)}});
  const AttentionConfig& a = c.attention;
  if (a.on)
    put(json, {{"attention", object({{"score", scores[a.additive ? 0 : 1]}, {"size", a.size}, {"feed", a.feed}})}});
}

void task_choices(Json& schema) {
  Json list = Json::array();
  for (const Corpus& c : corpora())
    list.push_back(object({{"name", c.name},
                           {"label", c.label},
                           {"summary", c.summary},
                           {"source", c.source},
                           {"task", c.task.data()},
                           {"pool", c.pool.data()},
                           {"difficulty", c.difficulty},
                           {"least", c.least},
                           {"usual", c.usual},
                           {"most", c.most},
                           {"optimum", c.optimum},
                           {"metric", c.metric},
                           {"trivial", c.trivial}}));
  put(schema, {{"tasks", names_json(tasks)},
               {"lengths", names_json(lengths)},
               {"contexts", names_json(names_of(uses))},
               {"corpora", list}});
}

namespace {

struct Place {
  const Config& c;
  bool encoder, readout;
};

void check_edge(const EdgeConfig& e, const Place& place, const std::string& field, int direction) {
  const Config& c = place.c;
  const auto from = [&](bool fits, const char* expected, const char* actual) {
    if (!fits) refuse(field + ".from", expected, actual);
  };
  const std::vector<LayerConfig>& layers = place.encoder ? c.encoder.layers : c.layers;
  from(e.from != Source::context || (!place.encoder && c.has_context()),
       "a source that the network has (a context comes from an encoder, or is given)", "\"context\"");
  from(e.from != Source::attention || (!place.encoder && c.attention.on), "a source that the network has",
       "\"attention\"");
  from(e.from != Source::remaining || (!place.encoder && c.task.length == "count" && !c.task.learns_text()),
       "a source that the network has (task.length count)", "\"remaining\"");
  from(e.from != Source::output || (!place.encoder && one_of(c.task.name, {"next", "generate", "translate"})),
       "a source of a network that foretells symbols", "\"output\"");
  from(e.from != Source::output || direction > 0, "a source that a backward layer has", "\"output\"");
  from(!place.readout || !c.task.pooled() || e.from == Source::layer, "a layer, whose states are pooled",
       "another source");
  const bool turned = e.from == Source::layer && layers[std::size_t(e.layer)].direction != direction;
  const bool backward = direction < 0 && e.from != Source::self && e.from != Source::layer;
  if (e.delay > 0 && (turned || backward))
    refuse(field + ".delay", "0 (the other direction has no such past)", std::to_string(e.delay));
}

void check_stack(const Config& c, bool encoder) {
  const std::vector<LayerConfig>& layers = encoder ? c.encoder.layers : c.layers;
  const bool causal = !encoder && !one_of(c.task.name, {"classify", "tag", "tensor"}) && !c.task.pooled();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerConfig& layer = layers[l];
    const std::string field = (encoder ? "encoder" : "layers") + at_index(l);
    if (causal && layer.direction < 0)
      refuse(field + ".direction", "forward (the network foretells what a backward layer would have read)", "backward");
    if (layer.initial && (encoder || !c.has_context()))
      refuse(field + ".initial", "false (there is no context)", "true");
    if (layer.initial && layer.direction < 0) refuse(field + ".initial", "false in a backward layer", "true");
    if (layer.residual && (layer.direction < 0 || (l > 0 && layers[l - 1].direction < 0)))
      refuse(field + ".residual", "layers of one direction", "two");
    for (std::size_t e = 0; e < layer.edges.size(); ++e)
      check_edge(layer.edges[e], {c, encoder, false}, field + ".edges" + at_index(e), layer.direction);
  }
}

}  // namespace

void check_task(const Config& c) {
  const TaskConfig& t = c.task;
  check_stack(c, false);
  if (c.encoder.on()) check_stack(c, true);
  for (std::size_t e = 0; e < c.readout.size(); ++e)
    check_edge(c.readout[e], {c, false, true}, "readout" + at_index(e), 1);
  if (c.attention.on && t.name != "translate") refuse("attention", "none (there is no encoder)", "attention");
  if (c.attention.on && c.layers.back().direction < 0) refuse("attention", "a forward last layer", "a backward one");
  if (t.name == "translate" && c.context == ContextUse::none && !c.attention.on)
    refuse("context", "input, initial or both (or attention): else nothing reaches the decoder", "\"none\"");
  if (c.sampling.on() && !one_of(t.name, {"next", "generate", "translate"}))
    refuse("sampling", "none (the network is not fed its own answers)", name_of(c.sampling.kind));
  if (c.sampling.on() && c.free_running) refuse("feedback", "target, with scheduled sampling", "\"softmax\"");
  if (c.free_running && !one_of(t.name, {"next", "generate", "translate"}))
    refuse("feedback", "target (the network is not fed its own answers)", "\"softmax\"");
  if (c.tied && one_of(t.name, {"classify", "tag", "regress", "notes", "tensor"}))
    refuse("tied", "false (input and output are different things)", "true");
  if (c.embedding > 0 && one_of(t.name, {"regress", "notes", "tensor"}))
    refuse("embedding", "0 (the input is numbers)", std::to_string(c.embedding));
}

}  // namespace unfold
