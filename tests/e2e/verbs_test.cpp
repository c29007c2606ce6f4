// The verbs' lines and exit codes, as scripts rely on them.
#include <algorithm>
#include <csignal>

#include "base/file.h"
#include "e2e/headless.h"
#include "support/catch.h"

using namespace studio;

TEST_CASE("a job that is done says where its picture is and how it is marked") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--count", "1", "--aspect", "128x128", "--wait"});
  const std::string asset = made.at(0).at("id");
  studio.lines({"mark", asset, "--pick", "--stars", "4"});
  const auto job = studio.lines({"jobs"}).at(0);
  CHECK(job.at("asset") == asset);
  CHECK(job.at("path") == made.at(0).at("path"));
  CHECK(job.at("mark") == "pick");
  CHECK(job.at("stars") == 4);
  CHECK(studio.lines({"show", job.at("id")}).at(0).at("path") == made.at(0).at("path"));
}

TEST_CASE("what a batch may cost is said on stderr, before its results are waited for") {
  Headless studio;
  studio.lines({"new"});
  // As the sandbox's price list says: $0.04 a picture, $0.42 a clip.
  const auto queued = studio.run({"generate", "--prompt", "a boat", "--count", "3", "--aspect", "128x128"});
  CHECK(queued.err == "3 jobs for $0.12 play at most.\n3 queued; `run` or an open window does the work.\n");
  CHECK(json_lines(queued.out).size() == 3);  // results only
  CHECK(studio.run({"cancel", "--all"}).err == "");
  CHECK(studio.run({"retry", "j1", "j2"}).err.starts_with("2 jobs for $0.08 play at most.\n"));
  CHECK(studio.run({"retry", "j1"}).err.find("at most") == std::string::npos);  // it waits already, and was counted
  const auto made = studio.run({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "128x128", "--wait"});
  REQUIRE(made.exit_code == 0);
  CHECK(made.err.starts_with("2 jobs for $0.08 play at most.\n"));
  CHECK(json_lines(made.out).size() == 2);
  const auto clip = studio.run({"animate", json_lines(made.out).at(0).at("id"), "--seconds", "2", "--wait"});
  REQUIRE(clip.exit_code == 0);
  CHECK(clip.err.starts_with("1 job for $0.42 play at most.\n"));
}

TEST_CASE("empty names and wrong ids are bad usage and change nothing") {
  Headless studio;
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a boat", "--count", "1", "--aspect", "128x128"});
  for (const Args& arguments : {Args{"new", "--project", ""}, Args{"list", "--project", ""}, Args{"import", "--project", "", "x"}}) {
    const auto result = studio.run_plain(arguments);
    INFO(arguments.front() << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("empty") != std::string::npos);
  }
  for (const Args& arguments : {Args{"import", ""}, Args{"export", "--to", ""}, Args{"cancel", "j1", "j99"}, Args{"retry", "j99"}, Args{"show", "j99"},
                                Args{"mark", "a99", "--pick"}, Args{"animate", "a1", "--picked"}}) {
    const auto result = studio.run(arguments);
    INFO(arguments.front() << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(studio.lines({"jobs"}).at(0).at("state") == "queued");
}

TEST_CASE("animate --picked names a picture whose file is lost, makes the videos of the others and is exit 1") {
  Headless studio;
  const auto server = studio.serve({});
  studio.lines({"new"});
  const auto images = studio.lines({"generate", "--prompt", "a boat", "--count", "3", "--aspect", "128x128", "--wait"});
  for (const auto& image : images) studio.lines({"mark", image.at("id"), "--pick"});
  REQUIRE(std::filesystem::remove(images.at(1).at("path").get<std::string>()));
  const auto result = studio.run({"animate", "--picked", "--seconds", "2", "--wait"});
  INFO(result.err);
  CHECK(result.exit_code == 1);
  const std::string lost = images[1].at("id");
  CHECK(result.err.find("\n" + lost + " cannot be used: its file is missing") != std::string::npos);  // named once in its line
  const auto videos = json_lines(result.out);
  REQUIRE(videos.size() == 2);
  CHECK(videos[0].at("parents")[0] == images[0].at("id"));
  CHECK(videos[1].at("parents")[0] == images[2].at("id"));
  CHECK(studio.bill().size() == 5);
  // Once more the others have theirs, and the lost one is still named; alone it is bad usage.
  const auto again = studio.run({"animate", "--picked", "--seconds", "2", "--wait"});
  CHECK(again.exit_code == 1);
  CHECK(again.err.find(lost + " cannot be used") != std::string::npos);
  CHECK(studio.run({"animate", lost, "--seconds", "2"}).exit_code == 2);
  CHECK(studio.bill().size() == 5);
}

TEST_CASE("caps are set by the verb costs, hold what does not fit, and let it go when they are raised") {
  Headless studio;
  const auto server = studio.serve({});
  studio.lines({"new"});
  const auto of_play = [&](const std::vector<Json>& lines) {
    for (const Json& line : lines) {
      if (line.at("currency") == "play") return line;
    }
    return Json();
  };
  const auto set = of_play(studio.lines({"costs", "--play", "--cap-day", "0.08", "--cap-run", "$1"}));
  CHECK(set.at("cap_day") == 0.08);
  CHECK(set.at("cap_run") == 1.0);
  CHECK(set.at("cap_project").is_null());
  const auto some = studio.run({"generate", "--prompt", "a boat", "--count", "3", "--aspect", "128x128", "--wait"});
  CHECK(some.exit_code == 1);
  CHECK(some.err.find("Today's budget of $0.08 play") != std::string::npos);
  CHECK(studio.bill().size() == 2);
  CHECK(studio.lines({"jobs", "--state", "blocked"}).size() == 1);
  const auto spent = of_play(studio.lines({"costs"}));
  CHECK(spent.at("today") == 0.08);
  CHECK(of_play(studio.lines({"costs", "--play", "--cap-day", "none"})).at("cap_day").is_null());
  CHECK(studio.run({"run"}).exit_code == 0);
  CHECK(studio.bill().size() == 3);
  for (const Args& wrong : {Args{"costs", "--cap-day", "lots"}, Args{"costs", "--cap-day", "-1"}, Args{"costs", "--play"}}) CHECK(studio.run(wrong).exit_code == 2);
}

TEST_CASE("a refused job that is queued again costs what it is expected to cost, and one that is settled is not called queued") {
  Headless studio;
  const auto server = studio.serve({"--refuse", "forbidden"});
  studio.lines({"new"});
  const auto refused = studio.run({"generate", "--prompt", "a forbidden boat", "--count", "1", "--aspect", "128x128", "--wait"});
  CHECK(refused.exit_code == 1);
  CHECK(studio.lines({"jobs"}).at(0).at("cost") == 0.0);
  const auto again = studio.run({"retry", "j1"});
  CHECK(again.exit_code == 0);
  CHECK(json_lines(again.out).at(0).at("cost") == 0.04);
  CHECK(again.err.find("1 queued") != std::string::npos);
  studio.lines({"cancel", "j1"});
  const auto twice = studio.run({"cancel", "j1"});
  CHECK(twice.exit_code == 1);
  CHECK(twice.err.rfind("j1:") == 0);  // named once
}

TEST_CASE("run beside an owner goes on with the work when that owner is ended") {
  Headless studio;
  const auto server = studio.serve({"--latency", "1"});
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a boat", "--count", "6", "--aspect", "128x128", "--strategy", "seed"});
  Process owner(studio.command(studio.project(), {"run"}), studio.environment());
  // It works once the service has been asked for something.
  for (int look = 0; look < 400 && studio.bill().empty(); ++look) REQUIRE_FALSE(owner.runs_out_within(20));
  Process second(studio.command(studio.project(), {"run"}), studio.environment());
  // The second one has asked the owner, or will find the project free: either way it must end with all of it done.
  second.runs_out_within(300);
  owner.signal(SIGTERM);
  owner.wait();
  const auto result = second.wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  for (const auto& job : studio.lines({"jobs"})) CHECK(job.at("state") == "done");
  CHECK(studio.bill().size() == 6);
}

TEST_CASE("what is named twice is meant once") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--count", "2", "--aspect", "64x64", "--wait"});
  const std::string a = made.at(0).at("id"), b = made.at(1).at("id");
  const auto out = studio.folder() / "out";
  CHECK(studio.lines({"export", a, b, a, "--to", out.string()}).size() == 2);
  const auto manifest = Json::parse(read_file(out / "manifest.json").value());
  CHECK(manifest.at("assets").size() == 2);
  CHECK(studio.lines({"mark", a, a, "--pick"}).size() == 1);
  const std::string job = studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64"}).at(0).at("id");
  const auto cancelled = studio.run({"cancel", job, job, job});
  INFO(cancelled.err);
  CHECK(cancelled.exit_code == 0);
  CHECK(json_lines(cancelled.out).size() == 1);
  const auto again = studio.run({"retry", job, job, job});
  CHECK(again.exit_code == 0);
  CHECK(again.err.starts_with("1 job for $0.04 play at most.\n"));
  CHECK(json_lines(again.out).size() == 1);
}

TEST_CASE("a manifest that is not understood is refused with one sentence, and so is an export into the project") {
  Headless studio;
  studio.lines({"new"});
  const auto made = studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64", "--wait"});
  const std::string asset = made.at(0).at("id");
  const auto refused = [&](const Args& arguments, int exit_code) {
    const auto result = studio.run(arguments);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    return result.err;
  };
  const auto file = studio.folder() / "manifest.json";
  REQUIRE(write_file_durable(file, R"({"format":5,"version":1,"assets":[]})"));
  CHECK(refused({"generate", "--recipe", file.string() + "#a1"}, 2).find("not a manifest") != std::string::npos);
  REQUIRE(write_file_durable(file, R"({"format":"production-studio-manifest","version":2,"assets":[]})"));
  CHECK(refused({"generate", "--recipe", file.string() + "#a1"}, 3).find("newer") != std::string::npos);
  for (const auto& to : {studio.project(), studio.project() / "spool"}) {
    CHECK(refused({"export", "--to", to.string(), asset}, 2).find("outside the project") != std::string::npos);
  }
  CHECK(std::filesystem::is_empty(studio.project() / "spool"));
  // With a lost file a person hears what helps.
  REQUIRE(std::filesystem::remove(made[0].at("path").get<std::string>()));
  const auto lost = studio.run({"export", "--to", (studio.folder() / "out").string(), asset});
  CHECK(lost.exit_code == 1);
  CHECK(lost.err.starts_with(asset + ": Its file is not in the project any more. Import the same file again"));
}

TEST_CASE("prompts and names of files steer no terminal, and JSON has them whole") {
  Headless studio;
  studio.lines({"new"});
  const std::string prompt = "a boat\nj99 done \x1b[2J\x07 here";
  studio.lines({"generate", "--prompt", prompt, "--aspect", "64x64", "--wait"});
  REQUIRE(write_file_durable(studio.folder() / "bad\nname\x1b[31m.png", ""));
  const auto imported = studio.run({"import", (studio.folder() / "bad\nname\x1b[31m.png").string()});
  CHECK(imported.exit_code == 1);
  CHECK(imported.err.find("bad\n") == std::string::npos);
  CHECK(imported.err.find('\x1b') == std::string::npos);
  CHECK(imported.err.find("bad name") == imported.err.rfind("bad name"));  // named once
  for (const Args& verb : {Args{"list"}, Args{"jobs"}, Args{"show", "j1"}, Args{"show", "a1"}}) {
    INFO(verb.front());
    Args plain = verb;
    for (const std::string& word : {std::string("--project"), studio.project().string()}) plain.push_back(word);
    const auto human = studio.run_plain(plain);
    CHECK(human.exit_code == 0);
    CHECK(human.out.find("a boat") != std::string::npos);
    CHECK(std::all_of(human.out.begin(), human.out.end(), [](unsigned char c) { return c == '\n' || (c >= 0x20 && c != 0x7F); }));
    CHECK(human.out.find("\nj99") == std::string::npos);
    CHECK(studio.lines(verb).at(0).at("prompt") == prompt);
  }
}

TEST_CASE("that sending again may pay twice is said when it is sent again, and not to a wish that is refused") {
  Headless studio;
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64"});
  for (const Args& arguments : {Args{"retry", "--resubmit"}, Args{"retry", "--resubmit", "--all"}, Args{"retry", "x1", "--resubmit"}, Args{"retry", "j9", "--resubmit"}, Args{"retry", "j1", "--resubmit"}}) {
    const auto result = studio.run(arguments);
    INFO(result.err);
    CHECK(result.exit_code != 0);
    CHECK(result.err.find("twice") == std::string::npos);
  }
}

TEST_CASE("small sums are decimals without exponents") {
  Headless studio;
  const auto server = studio.serve({"--price-factor", "0.0001"});
  studio.lines({"new"});
  studio.lines({"generate", "--prompt", "a boat", "--aspect", "64x64", "--wait"});
  const auto bill = studio.run_plain({"sandbox", "bill", "--state", studio.sandbox_state().string(), "--json"});
  CHECK(bill.out.find("\"amount\":0.000004,") != std::string::npos);
  const auto listed = studio.run({"list"});
  CHECK(listed.out.find("\"cost\":0.000004,") != std::string::npos);
  CHECK(studio.run({"costs"}).out.find("e-0") == std::string::npos);
}
