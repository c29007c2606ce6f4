// The whole loop with a real service's interface: our program against the simulator of fal.ai, each as its own process, and the
// simulator's own bill beside our books.
#include "e2e/fal_simulator.h"

using namespace studio;

namespace {

// settled ≤ bill ≤ settled + reserved.
void check_bill_is_covered(Headless& studio, const Fal& fal) {
  const Json books = books_in_dollars(studio);
  CHECK(micros(books.at("settled")) <= fal.billed_micros());
  CHECK(fal.billed_micros() <= micros(books.at("settled")) + micros(books.at("reserved")));
}

// Waits until the one job with that prompt is in that state, reading as another program would; gives its id. Empty: its owner ended
// before, or it takes too long.
std::string reaches(const Headless& studio, Process& owner, const std::string& prompt, const std::string& state) {
  for (int look = 0; look < 400; ++look) {
    for (const Json& job : studio.lines({"jobs"})) {
      if (job.at("prompt") == prompt && job.at("state") == state) return job.at("id");
    }
    if (owner.runs_out_within(50)) return {};
  }
  return {};
}

Args picture(const std::string& prompt) {
  return {"generate", "--prompt", prompt, "--count", "1", "--model", "fal-flux-schnell", "--aspect", "512x512"};
}

Json job_with(const Headless& studio, const std::string& prompt) {
  for (const Json& job : studio.lines({"jobs"})) {
    if (job.at("prompt") == prompt) return job;
  }
  return {};
}

const Json never{{"match", {{"purpose", "submit"}, {"body_contains", "endless"}}}, {"do", {{"outcome", {{"never", true}}}}}, {"times", 0}};

}  // namespace

TEST_CASE("fal.ai: pictures of two models, export, and the books are the service's bill to the micro") {
  Headless studio;
  const Fal fal(studio);
  studio.lines({"new"});
  const auto pictures = studio.lines({"generate", "--prompt", "a lighthouse at dawn", "--count", "2", "--model", "fal-flux-dev", "--aspect", "1024x576", "--wait"});
  REQUIRE(pictures.size() == 2);
  REQUIRE(studio.lines({"generate", "--prompt", "a harbour", "--count", "1", "--model", "fal-sdxl", "--aspect", "512x512", "--wait"}).size() == 1);
  for (const Json& asset : studio.lines({"list"})) CHECK(asset.at("state") == "done");
  studio.lines({"mark", pictures[0].at("id").get<std::string>(), "--pick"});
  const auto to = studio.folder() / "out";
  studio.lines({"export", "--picked", "--to", to.string()});
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(to)) ++files;
  CHECK(files >= 2);  // a picture and the manifest
  CHECK(fal.bill().size() == 3);
  const Json books = books_in_dollars(studio);
  CHECK(micros(books.at("settled")) == fal.billed_micros());
  CHECK(micros(books.at("reserved")) == 0);
  // The key is nowhere in what was written: project, export, log, state.
  int looked_at = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(studio.folder())) {
    if (!entry.is_regular_file() || entry.path().string().find("/fal/") != std::string::npos) continue;
    const auto bytes = read_file(entry.path(), 1u << 30);
    REQUIRE(bytes);
    ++looked_at;
    INFO(entry.path().string());
    CHECK(bytes->find("secret-of-the-test") == std::string::npos);
  }
  CHECK(looked_at > 8);
}

TEST_CASE("fal.ai: answers of submits that are lost are found in its list, and nothing is sent twice") {
  Headless studio;
  const Fal fal(studio, {{"rules", {{{"match", {{"purpose", "submit"}, {"every", 3}}}, {"do", {{"close", "after"}}}, {"times", 0}}}}});
  studio.lines({"new"});
  const auto made = studio.run({"generate", "--prompt", "a village in snow", "--count", "6", "--strategy", "seed", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"});
  INFO(made.err);
  CHECK(made.exit_code == 0);
  CHECK(studio.lines({"jobs", "--state", "done"}).size() == 6);
  CHECK(fal.bill().size() == 6);
  const Json books = books_in_dollars(studio);
  CHECK(micros(books.at("settled")) == fal.billed_micros());
  CHECK(micros(books.at("reserved")) == 0);
}

TEST_CASE("fal.ai: a refused prompt, a failure of the service and a wrong key cost nothing and say what to do") {
  Headless studio;
  const Fal fal(studio, {{"settings", {{"refused_words", {"forbidden"}}}},
                         {"rules", {{{"match", {{"purpose", "submit"}, {"body_contains", "broken"}}},
                                     {"do", {{"outcome", {{"status", 500}, {"error_type", "runner_server_error"}, {"message", "the runner fell over"}}}}}}}}});
  studio.lines({"new"});
  const auto refused = studio.run({"generate", "--prompt", "a forbidden boat", "--count", "1", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"});
  CHECK(refused.exit_code == 1);
  CHECK(studio.lines({"jobs", "--state", "refused"}).size() == 1);
  // Whether a refusal is charged its documents leave open: its sum stays reserved.
  check_bill_is_covered(studio, fal);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  CHECK(studio.lines({"jobs", "--state", "refused"})[0].at("reason").get<std::string>().find("It may have charged $0.003, which stays reserved until you say.") != std::string::npos);
  const auto failed = studio.run({"generate", "--prompt", "a broken boat", "--count", "1", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"});
  CHECK(failed.exit_code == 1);
  CHECK(studio.lines({"jobs", "--state", "failed"}).size() == 1);
  check_bill_is_covered(studio, fal);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  studio.set("STUDIO_KEY_FAL", "me:another-secret-entirely");
  const auto shut_out = studio.run({"generate", "--prompt", "a boat", "--count", "3", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"});
  CHECK(shut_out.exit_code == 1);
  CHECK(shut_out.err.find("key") != std::string::npos);
  CHECK(shut_out.err.find("another-secret-entirely") == std::string::npos);
  check_bill_is_covered(studio, fal);
  // A person looks at the bill, and says what it says of the refusal.
  const auto needs = studio.lines({"jobs", "--needs"});
  const auto asks = std::find_if(needs.begin(), needs.end(), [](const Json& need) { return need.at("billed") == "maybe"; });
  REQUIRE(asks != needs.end());
  CHECK(asks->at("count") == 1);
  CHECK(micros(asks->at("in_doubt")) == 3000);
  CHECK(asks->at("unsent").empty());
  const std::string id = asks->at("jobs")[0];
  CHECK(studio.run({"retry", id, "--charged", "a lot"}).exit_code == 2);
  CHECK(studio.run({"retry", "--all", "--charged", "none"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
  CHECK(studio.run({"retry", id, "--charged", "all"}).exit_code == 1);  // that is known now
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
}

TEST_CASE("fal.ai: an account without credit is stopped once, with one card for all that wait", "[fault-33]") {
  Headless studio;
  const Fal fal(studio, {{"rules", {{{"match", {{"purpose", "submit"}}}, {"do", {{"status", 402}, {"body", {{"detail", "Payment required"}}}}}, {"times", 0}}}}});
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a village in snow", "--count", "10", "--strategy", "seed", "--model", "fal-flux-schnell", "--aspect", "512x512"});
  {
    // It looks for a while for those whose outcome is not clear, which is not waited for.
    Process owner(studio.command(studio.project(), {"run"}), studio.environment());
    const auto are_stopped = [&] { return studio.lines({"jobs", "--state", "blocked"}).size() + studio.lines({"jobs", "--state", "unknown"}).size() == 10; };
    for (int look = 0; look < 400 && !are_stopped(); ++look) REQUIRE_FALSE(owner.runs_out_within(50));
  }
  // The account's lane lets two go at once; nothing follows them. Of those two its documents do not say what became.
  CHECK(fal.submits() <= 2);
  const auto unknown = studio.lines({"jobs", "--state", "unknown"});
  CHECK(unknown.size() == static_cast<std::size_t>(fal.submits()));
  const auto needs = studio.lines({"jobs", "--needs"});
  const auto stopped = std::find_if(needs.begin(), needs.end(), [](const Json& need) { return need.at("cause") == "key"; });
  REQUIRE(stopped != needs.end());
  CHECK(stopped->at("count") == 10 - fal.submits());
  CHECK(stopped->at("reason").get<std::string>().find("no credit") != std::string::npos);
  CHECK(std::count_if(needs.begin(), needs.end(), [](const Json& need) { return need.at("cause") == "key"; }) == 1);
  CHECK(fal.bill().empty());
  // Looked up at the service: it never had them.
  for (const Json& job : unknown) CHECK(studio.run({"retry", job.at("id").get<std::string>(), "--charged", "none"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("settled")) == 0);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: an account whose credit ends while a job is under way: it comes home, and one card says why nothing more is sent", "[fault-33]") {
  Headless studio;
  const Json slow{{"match", {{"purpose", "submit"}, {"body_contains", "slow"}}}, {"do", {{"outcome", {{"work_secs", 6}}}}}};
  const Fal fal(studio, {{"settings", {{"balance", 0.003}}}, {"rules", {slow}}});
  studio.lines({"new"});
  studio.lines(picture("a slow boat"));
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  REQUIRE_FALSE(reaches(studio, owner, "a slow boat", "running").empty());
  studio.lines(picture("a castle"));
  studio.lines(picture("a harbour"));
  CHECK(owner.wait().exit_code == 0);  // of what was there when it began
  CHECK(job_with(studio, "a slow boat").at("state") == "done");
  CHECK(fal.submits() == 2);
  const auto needs = studio.lines({"jobs", "--needs"});
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].at("cause") == "key");
  CHECK(needs[0].at("count") == 2);
  CHECK(needs[0].at("reason").get<std::string>().find("Exhausted balance") != std::string::npos);
  CHECK(fal.billed_micros() == 3000);
  CHECK(micros(books_in_dollars(studio).at("settled")) == 3000);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: refusals that are billed are in the books, to the micro") {
  Headless studio;
  const Fal fal(studio, {{"settings", {{"refused_words", {"forbidden"}}, {"bills_refusals", true}}}});
  studio.lines({"new"});
  CHECK(studio.run({"generate", "--prompt", "a forbidden boat", "--count", "2", "--model", "fal-flux-schnell", "--aspect", "512x512", "--wait"}).exit_code == 1);
  CHECK(fal.billed_micros() == 6000);  // and its answers said nothing of that
  check_bill_is_covered(studio, fal);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 6000);
  CHECK(studio.run({"retry", "--all", "--charged", "all"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("settled")) == 6000);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: a model without a price is refused, allowed for a sum, used, and refused again") {
  Headless studio;
  const Fal fal(studio);
  studio.lines({"new"});
  const auto generate = [&] {
    return studio.run({"generate", "--prompt", "a castle in clouds", "--count", "1", "--model", "fal-dreamshaper", "--aspect", "512x512", "--wait"});
  };
  const auto refused = generate();
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("costs --allow") != std::string::npos);
  CHECK(fal.bill().empty());
  CHECK(studio.run({"costs", "--allow", "fal-dreamshaper=much"}).exit_code == 2);
  CHECK(studio.run({"costs", "--allow", "fal-flux-dev=0.05"}).exit_code == 2);  // it has a price
  CHECK(studio.run({"costs", "--allow", "fal-dreamshaper=0.05"}).exit_code == 0);
  CHECK(books_in_dollars(studio).at("allowed") == Json({{"fal-dreamshaper", 0.05}}));
  const auto made = generate();
  INFO(made.err);
  CHECK(made.exit_code == 0);
  CHECK(fal.bill().size() == 1);
  CHECK(micros(books_in_dollars(studio).at("settled")) == 50'000);  // what it counts as
  CHECK(studio.run({"costs", "--disallow", "fal-dreamshaper"}).exit_code == 0);
  CHECK(generate().exit_code == 2);
  CHECK(fal.bill().size() == 1);
}

namespace {

Process runs_new_project(Headless& studio) {
  studio.lines({"new"});
  studio.lines(picture("an endless boat"));
  return Process(studio.command(studio.project(), {"run"}), studio.environment());
}

// "a castle" waits at the service for "an endless boat", and is cancelled there. The other one.
std::string is_cancelled_behind_another(Headless& studio, Process& owner) {
  const std::string at_work = reaches(studio, owner, "an endless boat", "running");
  REQUIRE_FALSE(at_work.empty());
  studio.lines(picture("a castle"));
  const std::string in_line = reaches(studio, owner, "a castle", "running");
  REQUIRE_FALSE(in_line.empty());
  studio.lines({"cancel", in_line});
  CHECK(reaches(studio, owner, "a castle", "cancelled") == in_line);
  return at_work;
}

}  // namespace

TEST_CASE("fal.ai: what is cancelled in its queue is free, what was at work and stopped may have been charged", "[fault-59]") {
  Headless studio;
  const Fal fal(studio, {{"settings", {{"concurrency", 1}, {"cancel_in_progress", "stops"}}}, {"rules", {never}}});
  Process owner = runs_new_project(studio);
  const std::string at_work = is_cancelled_behind_another(studio, owner);
  CHECK(job_with(studio, "a castle").at("reason") == "Cancelled at the service.");
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);  // of the other one
  check_bill_is_covered(studio, fal);
  studio.lines({"cancel", at_work});
  CHECK(owner.wait().exit_code == 1);
  CHECK(fal.answers_to("cancel") == std::vector<int>{200, 202});
  CHECK(job_with(studio, "an endless boat").at("state") == "cancelled");
  // The service said that it was stopped, and nothing of a charge.
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  check_bill_is_covered(studio, fal);
  CHECK(studio.run({"retry", "--all", "--charged", "none"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
}

TEST_CASE("fal.ai: what is asked to stop and goes on is billed, kept and in the books", "[fault-59]") {
  Headless studio;
  const Json slow{{"match", {{"purpose", "submit"}}}, {"do", {{"outcome", {{"work_secs", 8}}}}}, {"times", 0}};
  const Fal fal(studio, {{"settings", {{"cancel_in_progress", "finishes"}}}, {"rules", {slow}}});
  studio.lines({"new"});
  studio.lines(picture("a slow boat"));
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  const std::string job = reaches(studio, owner, "a slow boat", "running");
  REQUIRE_FALSE(job.empty());
  studio.lines({"cancel", job});
  CHECK(owner.wait().exit_code == 0);
  CHECK(fal.answers_to("cancel") == std::vector<int>{202});
  CHECK(job_with(studio, "a slow boat").at("state") == "done");
  CHECK(fal.billed_micros() == 3000);
  CHECK(micros(books_in_dollars(studio).at("settled")) == 3000);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: what was made, billed and forgotten is never booked as cancelled for nothing", "[fault-59]") {
  const auto [status, word] = GENERATE(table<int, const char*>({{404, "NOT_FOUND"}, {202, "CANCELLATION_REQUESTED"}}));
  Headless studio;
  const auto always = [](const char* purpose, int with, const Json& body) {
    return Json{{"match", {{"purpose", purpose}}}, {"do", {{"status", with}, {"body", body}}}, {"times", 0}};
  };
  // It is made at once; the program sees it at work until the service has forgotten it.
  const Fal fal(studio, {{"rules", {always("status", 202, {{"status", "IN_PROGRESS"}})}}});
  studio.lines({"new"});
  studio.lines(picture("a boat"));
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  const std::string job = reaches(studio, owner, "a boat", "running");
  REQUIRE_FALSE(job.empty());
  const auto is_billed = [&] { return fal.bill().at(0).at("state") == "billed"; };
  for (int look = 0; look < 400 && !is_billed(); ++look) REQUIRE_FALSE(owner.runs_out_within(50));
  REQUIRE(fal.billed_micros() == 3000);
  fal.obey({{"rules", {always("cancel", status, {{"status", word}}), always("status", 404, {{"detail", "Request not found."}})}}});
  studio.lines({"cancel", job});
  CHECK(owner.wait().exit_code == 1);
  CHECK(fal.answers_to("cancel") == std::vector<int>{status});
  CHECK(job_with(studio, "a boat").at("state") == "expired");
  CHECK(micros(books_in_dollars(studio).at("settled")) == 0);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  check_bill_is_covered(studio, fal);
  CHECK(studio.run({"retry", "--all", "--charged", "all"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: a cancelled request that is gone from then on: free out of the queue, in doubt out of its work", "[fault-59]") {
  Headless studio;
  const Fal fal(studio, {{"settings", {{"concurrency", 1}, {"cancel_in_progress", "stops"}, {"cancelled", "gone"}}}, {"rules", {never}}});
  Process owner = runs_new_project(studio);
  const std::string at_work = is_cancelled_behind_another(studio, owner);
  studio.lines({"cancel", at_work});
  CHECK(owner.wait().exit_code == 1);
  CHECK(job_with(studio, "an endless boat").at("state") == "expired");
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  check_bill_is_covered(studio, fal);
}

TEST_CASE("fal.ai: an error that names its request is asked about by that id, where the list shows nothing", "[fault-31]") {
  Headless studio;
  const Json lost{{"match", {{"purpose", "submit"}}}, {"do", {{"status", 500}, {"body", {{"detail", "Internal Server Error"}}}, {"carried_out", true}}}};
  const Fal fal(studio, {{"settings", {{"list_delay_secs", 86'400}}}, {"rules", {lost}}});
  studio.lines({"new"});
  auto arguments = picture("a village in snow");
  arguments.push_back("--wait");
  const auto made = studio.run(arguments);
  INFO(made.err);
  CHECK(made.exit_code == 0);
  CHECK(made.err.find("1 job of unknown outcome: the service is being asked.") != std::string::npos);
  CHECK(job_with(studio, "a village in snow").at("state") == "done");
  CHECK(fal.submits() == 1);
  CHECK(fal.bill().size() == 1);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: a linked id with a wrong letter is given back, and the right one brings the result that was paid") {
  Headless studio;
  const Json lost{{"match", {{"purpose", "submit"}}}, {"do", {{"close", "after"}}}};
  const Fal fal(studio, {{"settings", {{"list_delay_secs", 86'400}}}, {"rules", {lost}}});
  studio.lines({"new"});
  studio.lines(picture("a village in snow"));
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  const std::string job = reaches(studio, owner, "a village in snow", "unknown");
  REQUIRE_FALSE(job.empty());
  const std::string right_id = fal.bill().at(0).at("request_id");
  std::string wrong_id = right_id;
  wrong_id.back() = wrong_id.back() == '0' ? '1' : '0';
  studio.lines({"retry", job, "--link", wrong_id});
  REQUIRE(reaches(studio, owner, "a village in snow", "unknown") == job);
  CHECK(job_with(studio, "a village in snow").at("reason").get<std::string>().starts_with("The service knows no job " + wrong_id));
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
  studio.lines({"retry", job, "--link", right_id});
  CHECK(owner.wait().exit_code == 0);
  CHECK(job_with(studio, "a village in snow").at("state") == "done");
  CHECK(fal.submits() == 1);
  CHECK(micros(books_in_dollars(studio).at("settled")) == fal.billed_micros());
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 0);
}

TEST_CASE("fal.ai: a job that may have been charged there is not edited into play money of the sandbox") {
  Headless studio;
  const Fal fal(studio, {{"settings", {{"concurrency", 1}, {"cancel_in_progress", "stops"}}}, {"rules", {never}}});
  Process owner = runs_new_project(studio);
  const std::string job = reaches(studio, owner, "an endless boat", "running");
  REQUIRE_FALSE(job.empty());
  studio.lines({"cancel", job});
  CHECK(owner.wait().exit_code == 1);
  studio.run({"pause"});
  studio.run({"retry", job});
  REQUIRE(job_with(studio, "an endless boat").at("state") == "queued");
  const auto moved = studio.run({"edit", job, "--model", "sandbox-flux"});
  CHECK(moved.exit_code != 0);
  CHECK(moved.err.find("say whether it was charged, or make another one") != std::string::npos);
  CHECK(job_with(studio, "an endless boat").at("model") == "fal-flux-schnell");
  CHECK(studio.run({"edit", job, "--model", "fal-flux-dev"}).exit_code == 0);
  CHECK(micros(books_in_dollars(studio).at("reserved")) == 3000);
}

TEST_CASE("fal.ai: a failure that the same again cannot help is not paid for again: its card says what to change") {
  Headless studio;
  const Json detail = Json::array({{{"loc", {"body", "image_size"}}, {"msg", "It is too small"}, {"type", "image_too_small"}}});
  const Json outcome{{"status", 422}, {"billed", true}, {"body", {{"detail", detail}}}, {"headers", {{"X-Fal-Retryable", "false"}}}};
  const Fal fal(studio, {{"rules", {{{"match", {{"purpose", "submit"}}}, {"do", {{"outcome", outcome}}}, {"times", 0}}}}});
  studio.lines({"new"});
  auto arguments = picture("a small boat");
  arguments.push_back("--wait");
  CHECK(studio.run(arguments).exit_code == 1);
  const auto needs = studio.lines({"jobs", "--needs"});
  REQUIRE(needs.size() == 1);
  CHECK(needs[0].at("cause") == "rejected");
  CHECK(needs[0].at("refused_input") == "size");
  CHECK(needs[0].at("again_helps") == "no");
  CHECK(needs[0].at("reason").get<std::string>().find("The same again will not help.") != std::string::npos);
  const auto& ways = needs[0].at("ways");
  CHECK(ways.at(0) == "edit");
  CHECK(std::count(ways.begin(), ways.end(), Json("retry")) == 0);
  check_bill_is_covered(studio, fal);
  studio.run({"retry", "--failed", "--wait"});
  CHECK(fal.submits() == 1);
}
