# Joins what must be proven, which tests say that they prove it, and how those ended. Called by reliability.sh:
#   awk -v wrong=FILE -f reliability.awk kind=faults faults.txt kind=tests LIST kind=results tests-*.xml
# LIST: "NUMBER<tab>TEST" a line, sorted. Writes the page on stdout, and into the file `wrong` what is not proven, a line each.
function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
  return text
}
function cell(text) { gsub(/\|/, "\\|", text); return text }
# CTest of some versions drops the space behind the program's name.
function key_of(test) { sub(/: */, ":", test); return test }
function object(line) { print line >> wrong }

kind == "faults" && /^[0-9]/ {
  split($0, part, " [|] ")
  n = part[1] + 0
  injected[n] = part[2]; expected[n] = part[3]; later[n] = part[4]
  if (n > last) last = n
  next
}

kind == "tests" {
  tab = index($0, "\t")
  n = substr($0, 1, tab - 1) + 0
  test = substr($0, tab + 1)
  if (!(n in injected)) object("the test \"" test "\" proves fault " n ", which tests/reliability/faults.txt does not have")
  else tests[n, ++tests_of[n]] = test
  next
}

# A test may have run in several builds: it failed when it failed in one, and is skipped only when it ran in none.
kind == "results" && /^\t<testcase / {
  name = $0; sub(/^.*<testcase name="/, "", name); sub(/" classname=.*$/, "", name); name = key_of(plain(name))
  status = $0; sub(/^.* status="/, "", status); sub(/".*$/, "", status)
  is_skip = 0; why = ""
  next
}
kind == "results" && /^\t\t<skipped message="SKIP_RETURN_CODE=/ { is_skip = 1 }
kind == "results" && /SKIPPED: / && why == "" { why = $0; sub(/^.*SKIPPED: /, "", why); sub(/<\/system-out>.*$/, "", why); why = plain(why) }
kind == "results" && /^\t<\/testcase>/ {
  now = status == "run" ? "passed" : (status == "notrun" && is_skip ? "skipped" : "failed")
  if (result[name] != "failed" && !(result[name] == "passed" && now == "skipped")) result[name] = now
  if (now == "skipped") reason[name] = why == "" ? "no reason given" : why
  next
}

END {
  for (n = 1; n <= last; n++) {
    if (!(n in injected)) { object("fault " n " is missing in tests/reliability/faults.txt"); continue }
    if (later[n] ~ /^whole: /) { word = "to come: " substr(later[n], 8); to_come++ }
    else {
      passed = 0; skipped = 0; said = ""; word = ""
      for (i = 1; i <= tests_of[n]; i++) {
        test = key_of(tests[n, i])
        if (result[test] == "passed") passed++
        else if (result[test] == "skipped") { skipped++; if (said == "") said = reason[test] }
        else {
          how = result[test] == "failed" ? "failed" : "not run"
          object("fault " n ": " how ": " tests[n, i])
          if (word != "failed") word = how
        }
      }
      if (tests_of[n] == 0) { word = "no test"; object("fault " n " has no test: " injected[n]) }
      else if (word == "" && passed == 0) word = "skipped (" said ")"
      else if (word == "") word = "passed" (skipped ? ", " skipped " of " passed + skipped " tests skipped (" said ")" : "")
      if (word ~ /^passed/) proven++
      else if (word ~ /^skipped/) left_out++
      else unproven++
      if (later[n] ~ /^part: /) word = word "; to come: " substr(later[n], 7)
    }
    row[n] = "| " n " | " cell(injected[n]) " | " cell(expected[n]) " | " cell(word) " |"
  }
  print "# What may go wrong, and what proves that it does no harm"
  print ""
  print "Written by the test run, not by hand: `./check ci` at its end, or `./check reliability` from the last results. The list is"
  print "`tests/reliability/faults.txt`; a test that proves a line of it carries the tag `[fault-N]`. All of it holds beside the same rules:"
  print "nothing paid is lost, nothing is paid twice, no job stays stuck once the trouble is over, no key is in any log ([jobs.md](jobs.md))."
  print ""
  print proven + 0 " proven, " unproven + 0 " not proven, " left_out + 0 " skipped, " to_come + 0 " to come."
  print ""
  print "| # | injected | expected | result |"
  print "|---|---|---|---|"
  for (n = 1; n <= last; n++) if (n in row) print row[n]
  print ""
  print "## The tests"
  for (n = 1; n <= last; n++) {
    if (tests_of[n] == 0) continue
    print ""
    print "**" n "**"
    print ""
    for (i = 1; i <= tests_of[n]; i++) print "* " tests[n, i]
  }
}
