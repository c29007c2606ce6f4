# Reads the JUnit file that CTest writes. On stdout: "PASSED FAILED SKIPPED". On stderr, by name: what failed, and what was
# skipped and what lacks. CTest writes "notrun" for a skip as well as for a program that is not there; only the first is one.
function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
  return text
}
/^\t<testcase / {
  name = $0; sub(/^.*<testcase name="/, "", name); sub(/" classname=.*$/, "", name); name = plain(name)
  status = $0; sub(/^.* status="/, "", status); sub(/".*$/, "", status)
  is_skip = 0; why = ""
}
/^\t\t<skipped message="SKIP_RETURN_CODE=/ { is_skip = 1 }
/SKIPPED: / && why == "" { why = $0; sub(/^.*SKIPPED: /, "", why); sub(/<\/system-out>.*$/, "", why); why = plain(why) }
/^\t<\/testcase>/ {
  if (status == "run") passed++
  else if (status == "notrun" && is_skip) {
    skipped++
    print "skipped: " name ": " (why == "" ? "no reason given" : why) > "/dev/stderr"
  } else {
    failed++
    print "failed: " name > "/dev/stderr"
  }
}
END { printf "%d %d %d\n", passed, failed, skipped }
