import Expression
import Testing

/// What the language says where Swift would do otherwise.
@Suite struct SemanticsTests {
    @Test(arguments: [
        // Strings are code points, compared by them.
        #"'\u00e9' != 'e\u0301'"#, #"size('\r\n') == 2"#, #"'\u00e9' in ['\u00e9'] && !('\u00e9' in ['e\u0301'])"#,
        #"{'\u00e9': 1, 'e\u0301': 2}.size() == 2"#, #"'\uffff' < '\U00010000'"#,
        // Numbers equal each other across types, by their value.
        "1 == 1u", "1 == 1.0", "1u == 1.0", "1 < 1.5", "2u > 1", "[1, 2u] == [1.0, 2]", "1 in [1.0]",
        "9007199254740993 != 9007199254740992.0", "9007199254740993 > 9007199254740992.0",
        "18446744073709551615u != 18446744073709551616.0", "-1 < 0u", "9223372036854775807 < 9223372036854775808u",
        // What the published cases demand of the largest integers.
        "9223372036854775807 >= 9223372036854775808.0", "9223372036854775806 < 9223372036854775808.0",
        // Integers.
        "-9223372036854775808 < 0", "-7 / 2 == -3", "-7 % 2 == -1", "7 % -2 == 1",
        // Doubles.
        "0.0 / 0.0 != 0.0 / 0.0", "!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)", "1.0 / 0.0 > 1e308", "0.0 == -0.0",
        // Keys of maps.
        "{1: 'a'}[1u] == 'a'", "{1u: 'a'}[1.0] == 'a'", "1.0 in {1: 0}", "!(1.5 in {1: 0})",
        "{1: 1.0, 2u: 3u} == {2: 3.0, 1u: 1}", "{'a': 1} != {'a': 1, 'b': 2}",
        // A list of many constants is looked through as one of few is.
        "dyn(9.0) in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10u] && 10 in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10u]",
        "!(dyn('9') in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) && !(dyn([1]) in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])",
        "!(dyn(0.0 / 0.0) in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) && 1.5 in [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]",
        // Types.
        "type(1) == int", "type(1u) != int", "type([]) == list", "type(null) == null_type", "type(type(1)) == type",
        "type(timestamp(0)) == google.protobuf.Timestamp", "type(duration('1s')) == google.protobuf.Duration",
        // Timestamps and durations.
        "timestamp('2024-01-01T00:00:00Z') + duration('1h') == timestamp('2024-01-01T01:00:00Z')",
        "timestamp('1969-12-31T23:59:59.5Z') - duration('600ms') == timestamp('1969-12-31T23:59:58.9Z')",
        "timestamp('1970-01-01T00:00:01.25Z') - timestamp('1969-12-31T23:59:59.75Z') == duration('1.5s')",
        "duration('1m') < duration('61s')",
        // Macros.
        "[1, 2, 3].exists(x, x > 2)", "![].exists(x, true) && [].all(x, false)", "[1, 2, 2].exists_one(x, x == 1)",
        "[3, 1, 2].sortBy(x, -x) == [3, 2, 1]", "{'b': 1, 'a': 2}.map(k, k) == ['b', 'a']",
        "[1, 2].map(x, x > 1, x * 2) == [4]", "{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
        "[[1, 2], [3]].map(l, l.map(x, x + l[0])) == [[2, 3], [6]]", "cel.bind(x, 2, x * x) == 4",
        "[1].exists(x, [x + 1].exists(x, x == 2) && x == 1)",
    ])
    func `This is true`(source: String) {
        #expect(outcome(of: source) == isTrue)
        #expect(outcome(of: source, foldsConstants: false) == isTrue)
        #expect(outcome(of: source, isChecked: false) == isTrue)
    }

    @Test(arguments: [
        "9223372036854775807 + 1", "-9223372036854775808 - 1", "9223372036854775807 * 2", "-(-9223372036854775808)",
        "-9223372036854775808 / -1", "-9223372036854775808 % -1", "18446744073709551615u + 1u", "0u - 1u", "1 / 0",
        "1u % 0u", "[1][1]", "[1][-1]", "[1][dyn(0.5)]", "{'a': 1}['b']", "{'a': 1}.b", "{1: 1, 1u: 2}",
        "{dyn(1.5): 1}",
        "timestamp('9999-12-31T23:59:59Z') + duration('1s')", "duration('5000000000s') + duration('5000000000s')",
        "timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", "dyn(1) + 1u", "dyn('a') < 1",
        "dyn(null) < dyn(null)", "[dyn(1), 'a'].sortBy(x, x)", "dyn(1).size()", "dyn(1) ? 1 : 2", "dyn('a')['b']",
    ])
    func `This fails when it runs`(source: String) {
        #expect(fails(source))
        #expect(fails(source, isChecked: false))
    }

    @Test(arguments: [
        "1 + 1u", "1 + 1.0", "'a' + 1", "-1u", "!1", "1 && true", "true || 'a'", "'a' == 1", "[1] < [2]", "1 in 'a'",
        "'a'[0]", "'a'.b", "1 ? 2 : 3", "size(1)", "'a'.size(1)", "[1].all(x, x)", "1.all(x, true)", "{1.5: 1}", "f(1)",
        "'a'.startsWit('a')", "math.gratest(1)", "'a'.matches('(')", "timestamp('yesterday')", "duration('1 hour')",
    ])
    func `This is refused before it runs, and fails when it isn't checked`(source: String) {
        guard case .refused(let messages) = outcome(of: source) else {
            Issue.record("\(source) is taken")
            return
        }
        #expect(!messages.isEmpty)
        #expect(isUnchecked(source))
    }

    /// Some of these have a meaning when nobody checks them; none may be refused then.
    private func isUnchecked(_ source: String) -> Bool {
        if case .refused = outcome(of: source, isChecked: false) { false } else { true }
    }

    @Test func `The order of keys in a map is the order in which they were written`() {
        #expect(
            outcome(of: "{'b': 1, 'a': 2, 3: 0, true: 4, 'c': 5, 'd': 6}.map(k, k)")
                == outcome(of: "['b', 'a', 3, true, 'c', 'd']")
        )
    }
}
