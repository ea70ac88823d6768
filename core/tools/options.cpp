#include "unfold/tools/options.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace unfold {

Options parse_options(int argc, char** argv, const std::map<std::string, bool>& known) {
  Options options;
  for (int i = 2; i < argc; ++i) {
    const auto at = known.find(argv[i]);
    if (at == known.end()) refuse_argument(argv[i], "an option of this command (see unfold --help)", "an unknown one");
    if (at->second && i + 1 == argc) refuse_argument(argv[i], "a value", "nothing");
    options[at->first] = at->second ? argv[++i] : "yes";
  }
  return options;
}

double number(const Options& o, const std::string& name, double otherwise) {
  const auto at = o.find(name);
  if (at == o.end()) return otherwise;
  char* end = nullptr;
  const double x = std::strtod(at->second.c_str(), &end);
  if (at->second.empty() || *end) refuse_argument(name, "a number", at->second);
  return x;
}

std::string text(const Options& o, const std::string& name, bool required) {
  const auto at = o.find(name);
  if (at == o.end() && required) refuse_argument(name, "a value", "nothing");
  return at == o.end() ? "" : at->second;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse_argument(path, "a readable file", std::strerror(errno));
  return {std::istreambuf_iterator<char>(in), {}};
}

namespace {

[[noreturn]] void refuse_write(const std::string& path) {
  refuse_argument(path, "a writable file", std::strerror(errno));
}

std::string part_of(const std::string& path) { return path + ".part"; }

}  // namespace

void check_writable(const std::string& path) {
  if (std::filesystem::is_directory(path)) errno = EISDIR;
  if (std::filesystem::is_directory(path) || !std::ofstream(part_of(path), std::ios::binary)) refuse_write(path);
  std::remove(part_of(path).c_str());
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream out(part_of(path), std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  out.close();
  if (out && std::rename(part_of(path).c_str(), path.c_str()) == 0) return;
  const int reason = errno;
  std::remove(part_of(path).c_str());
  errno = reason;
  refuse_write(path);
}

std::unique_ptr<Session> open(const std::string& path, const std::string& corpus, bool extend) {
  const std::string bytes = read_file(path);
  return std::make_unique<Session>(std::as_bytes(std::span(bytes)), corpus, extend);
}

namespace {

volatile std::sig_atomic_t caught = 0;
volatile std::time_t caught_at = 0;

/// `timeout` and others send a signal twice at once: that is one.
void note(int signal) {
  const std::time_t now = std::time(nullptr);
  if (caught && now - caught_at > 1) std::_Exit(128 + signal);
  if (!caught) caught_at = now;
  caught = signal;
}

}  // namespace

void catch_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, note);
}

int caught_signal() { return caught; }

}  // namespace unfold
