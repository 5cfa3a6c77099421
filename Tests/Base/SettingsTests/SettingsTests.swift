import Model
import TestSupport
import Testing

@testable import Settings

@Suite struct SettingsTests {
    // MARK: - What is read

    @Test func `Nothing given means the defaults, and they say so`() throws {
        let loaded = try Sample.load()
        #expect(loaded.configuration.domain == "example.test")
        #expect(loaded.configuration.headTimeout == .seconds(10))
        #expect(loaded.configuration.token == nil)
        #expect(loaded.values.allSatisfy { $0.origin == .builtIn })
        #expect(try loaded.resolved("limits.head_bytes").text == "60KiB")
    }

    @Test func `Every form of setting is read from a file, with its place`() throws {
        let loaded = try Sample.load(
            """
            # a comment
            domain: "a.test"
            workers: 8
            level: debug
            hosts: [one, two]
            limits:
              head_timeout: 1m30s
              head_bytes: 32KiB
              strict: yes
            rules:
              - host: first
              - { host: second, hold: 0 }
            tunnels:
              web: { host: third }
            policy:
              - anything
            """
        )
        let sample = loaded.configuration
        #expect(sample.domain == "a.test")
        #expect(sample.workers == 8)
        #expect(sample.level == .debug)
        #expect(sample.hosts == ["one", "two"])
        #expect(sample.headTimeout == .seconds(90))
        #expect(sample.headBytes == 32 << 10)
        #expect(sample.isStrict)
        #expect(sample.rules.map(\.host) == ["first", "second"])
        #expect(sample.rules.map(\.hold) == [.seconds(5), .zero])
        #expect(sample.tunnels.map(\.name) == ["web"])
        guard case .sequence? = sample.policy?.value else {
            Issue.record("the policy is no list")
            return
        }
        #expect(try "\(loaded.resolved("limits.head_timeout").origin)" == "s.yaml:7:17")
        #expect(try "\(loaded.resolved("rules[1].hold").origin)" == "s.yaml:12:27")
        #expect(try "\(loaded.resolved("tunnels.web.host").origin)" == "s.yaml:14:16")
    }

    @Test func `A flag is stronger than a variable, a variable than the file, the file than the default`() throws {
        let file = "workers: 3"
        let environment = ["SAMPLE_WORKERS": "4", "OLD_WORKERS": "5"]
        #expect(try Sample.load().configuration.workers == 2)
        #expect(try Sample.load(file).configuration.workers == 3)
        #expect(try Sample.load(file, environment: ["OLD_WORKERS": "5"]).configuration.workers == 5)
        #expect(try Sample.load(file, environment: environment).configuration.workers == 4)
        let loaded = try Sample.load(file, environment: environment, arguments: ["--workers", "6"])
        #expect(loaded.configuration.workers == 6)
        #expect(try "\(loaded.resolved("workers").origin)" == "--workers")
    }

    @Test(arguments: UInt64(0)..<200)
    func `Whatever the layers hold, each setting is that of the strongest layer that names it`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (lines, environment, arguments) = ([String](), [String: String](), [String]())
        var expected: [String: (text: String, origin: String)] = [:]
        for (path, standard) in [("workers", "2"), ("domain", "example.test")] {
            expected[path] = (standard, "default")
            if Bool.random(using: &random) {
                let value = "\(Int.random(in: 14...64, using: &random))"
                lines.append("\(path): \(value)")
                expected[path] = (value, "s.yaml:\(lines.count):\(path.count + 3)")
            }
            if Bool.random(using: &random) {
                let value = "\(Int.random(in: 14...64, using: &random))"
                environment["SAMPLE_\(path.uppercased())"] = value
                expected[path] = (value, "SAMPLE_\(path.uppercased())")
            }
            if Bool.random(using: &random) {
                let value = "\(Int.random(in: 14...64, using: &random))"
                arguments += Bool.random(using: &random) ? ["--\(path)", value] : ["--\(path)=\(value)"]
                expected[path] = (value, "--\(path)")
            }
        }
        if Bool.random(using: &random) { lines.shuffle(using: &random) }
        let loaded = try Sample.load(lines.joined(separator: "\n"), environment: environment, arguments: arguments)
        for (path, value) in expected {
            let resolved = try loaded.resolved(path)
            #expect(resolved.text == value.text)
            // Shuffled lines keep their column, not their number.
            let origin = "\(resolved.origin)".replacing(/s\.yaml:\d+/, with: "s.yaml")
            #expect(origin == value.origin.replacing(/s\.yaml:\d+/, with: "s.yaml"))
        }
    }

    @Test func `Sections, lists and records are set from outside the file too`() throws {
        let sample = try Sample.load(
            environment: [
                "SAMPLE_HOSTS": "one, two", "SAMPLE_LIMITS_HEAD_TIMEOUT": "2s",
                "SAMPLE_RULES": "[{host: a}]", "SAMPLE_TOKEN": "t",
            ],
            arguments: ["--limits-strict", "--tunnels", "{web: {host: b}}", "--limits-head-bytes=2KiB"]
        ).configuration
        #expect(sample.hosts == ["one", "two"])
        #expect(sample.headTimeout == .seconds(2))
        #expect(sample.rules.map(\.host) == ["a"])
        #expect(sample.tunnels.map(\.host) == ["b"])
        #expect(sample.isStrict)
        #expect(sample.headBytes == 2048)
        #expect(sample.token?.reveal() == "t")
        #expect(try !Sample.load("limits: {strict: true}", arguments: ["--no-limits-strict"]).configuration.isStrict)
    }

    @Test func `A key without a value and an empty variable are not set`() throws {
        let loaded = try Sample.load("domain:\nlimits:\nrules: ~\n", environment: ["SAMPLE_WORKERS": ""])
        #expect(loaded.values.allSatisfy { $0.origin == .builtIn })
    }

    @Test func `Anchors and aliases are read where they are used`() throws {
        let sample = try Sample.load("rules: [&first {host: a}, *first]").configuration
        #expect(sample.rules.map(\.host) == ["a", "a"])
    }

    // MARK: - What is refused

    @Test(arguments: [
        // Names.
        ("domian: a", #"s.yaml:1:1: unknown key "domian"; did you mean "domain"?"#),
        (
            "limits:\n  head_timout: 1s",
            #"s.yaml:2:3: unknown key "head_timout" in limits; did you mean "head_timeout"?"#
        ),
        ("head_timeout: 1s", #"s.yaml:1:1: unknown key "head_timeout"; did you mean "limits.head_timeout"?"#),
        ("rules:\n- host: a\n  hots: b", #"s.yaml:3:3: unknown key "hots" in rules[0]; did you mean "host"?"#),
        (
            "limits: {qqqq: 1}",
            #"s.yaml:1:10: unknown key "qqqq" in limits; there are head_timeout, head_bytes, strict"#
        ),
        ("? [a]\n: b", "s.yaml:1:3: a key must be a name, not a list or a mapping"),
        // Values.
        ("workers: 65", #"s.yaml:1:10: workers must be a whole number from 1 to 64 threads, not "65""#),
        ("workers: +6", #"s.yaml:1:10: workers must be a whole number from 1 to 64 threads, not "+6""#),
        (
            "workers: 99999999999999999999",
            #"s.yaml:1:10: workers must be a whole number from 1 to 64 threads, not "99999999999999999999""#
        ),
        ("workers: [1]", "s.yaml:1:10: workers must be a whole number from 1 to 64 threads, not a list"),
        ("domain: {a: b}", "s.yaml:1:9: domain must be text of at most 20 bytes, not a mapping"),
        (
            "level: wraning",
            #"s.yaml:1:8: level must be one of debug, info, warning, not "wraning"; did you mean "warning"?"#
        ),
        ("limits: {strict: maybe}", #"s.yaml:1:18: limits.strict must be true or false, not "maybe""#),
        (
            "limits: {head_bytes: 1KB}",
            #"s.yaml:1:22: limits.head_bytes must be a size such as 60KiB or 1MiB, from 1KiB to 1MiB, not "1KB""#
        ),
        (
            "limits: {head_timeout: 10}",
            #"s.yaml:1:24: limits.head_timeout must be a duration such as 500ms, 10s or 5m, from 1s to 5m, not "10"; it needs a unit: 10s or 10ms?"#
        ),
        (
            "limits: {head_timeout: 999h}",
            #"s.yaml:1:24: limits.head_timeout must be a duration such as 500ms, 10s or 5m, from 1s to 5m, not "999h""#
        ),
        ("limits: 5", "s.yaml:1:9: limits must be a mapping of keys to values, not a single value"),
        (
            "hosts: [a, b, c, d]",
            "s.yaml:1:8: hosts must be a list of at most 3, each text of at most 1024 bytes, not a list"
        ),
        (
            "hosts: [a, [b]]",
            "s.yaml:1:12: hosts must be a list of at most 3, each text of at most 1024 bytes, not a list; each must be text of at most 1024 bytes"
        ),
        ("rules: 5", "s.yaml:1:8: rules must be a list of at most 2 mappings, not a single value"),
        (
            "rules: [{host: a}, {host: a}, {host: a}]",
            "s.yaml:1:8: rules must be a list of at most 2 mappings, not a list"
        ),
        ("rules: [a]", "s.yaml:1:9: rules[0] must be a mapping of keys to values, not a single value"),
        ("rules: [{hold: 1s}]", "s.yaml:1:9: rules[0].host is missing; it must be text of at most 1024 bytes"),
        ("tunnels: [a]", "s.yaml:1:10: tunnels must be a mapping of at most 2 names to mappings, not a list"),
        ("workers: 13", "s.yaml:1:10: workers brings bad luck; take 12"),
        // YAML.
        ("domain: a\ndomain: b", #"s.yaml:2:1: the key "domain" stands twice; the first is in line 1"#),
        (
            "limits: {strict: true, strict: false}",
            #"s.yaml:1:24: the key "strict" stands twice; the first is in line 1"#
        ),
        ("rules:\n- host: a\n  \"host\": b", #"s.yaml:3:3: the key "host" stands twice; the first is in line 2"#),
        ("- a", "s.yaml:1:1: the configuration must be a mapping of keys to values, not a list"),
        ("domain: a\n---\ndomain: b", "s.yaml:2:1: is not one YAML document: but found another document"),
        ("domain: *nothing", "s.yaml:1:9: is not one YAML document: found undefined alias"),
        ("a: b: c", "s.yaml:1:5: is not YAML: mapping values are not allowed in this context"),
        ("domain: a\u{7}", "s.yaml:1:10: is not YAML: control characters are not allowed"),
    ])
    func `What is wrong in a file is told with its place`(text: String, problem: String) {
        let problems = Sample.problems(text)
        // A record that is none lacks everything too.
        #expect(problems.first == problem)
    }

    @Test(arguments: [
        (["--worker", "3"], #"unknown flag "--worker"; did you mean --workers?"#),
        (["--workers"], "--workers: needs a whole number from 1 to 64 threads"),
        (["--workers", "--level", "debug"], "--workers: needs a whole number from 1 to 64 threads"),
        (["--workers=65"], #"--workers: workers must be a whole number from 1 to 64 threads, not "65""#),
        (["--limits-strict=perhaps"], #"--limits-strict: limits.strict must be true or false, not "perhaps""#),
        (["--no-workers"], #"unknown flag "--no-workers"; did you mean --workers?"#),
        (["word"], #""word" is no flag; settings are given as --name value"#),
        (
            ["--rules", "[{host: a, hosst: b}]"],
            #"--rules:1:12: unknown key "hosst" in rules[0]; did you mean "host"?"#
        ),
        (["--rules", "[{"], "--rules:1:3: is not YAML: did not find expected node content while parsing a flow node"),
    ])
    func `What is wrong on the command line is told with its flag`(arguments: [String], problem: String) {
        #expect(Sample.problems(arguments: arguments) == [problem])
    }

    @Test func `What is wrong in a variable is told with its name`() {
        #expect(
            Sample.problems(environment: ["OLD_LIMITS_STRICT": "2"]) == [
                #"OLD_LIMITS_STRICT: limits.strict must be true or false, not "2""#
            ]
        )
    }

    @Test func `A variable that only looks like ours is a warning, with a suggestion, and nothing more`() throws {
        let environment = ["SAMPLE_WORKRES": "3", "SAMPLE_SERVICE_HOST": "10.0.0.1", "WORKRES": "4"]
        #expect(
            try Sample.load(environment: environment).warnings == [
                "the environment variable SAMPLE_WORKRES means nothing; did you mean SAMPLE_WORKERS?"
            ]
        )
    }

    @Test func `All that is wrong is told at once, in the order of the file, the rest behind`() {
        let problems = Sample.problems(
            """
            tunnels: {web: {hots: a}}
            domain: a
            limits: {head_timeout: soon, head_bytes: much}
            domain: b
            wrokers: 4
            """,
            environment: ["SAMPLE_LEVEL": "loud"],
            arguments: ["--hots", "a"]
        )
        #expect(
            problems.map { $0.prefix { $0 != " " } } == [
                "s.yaml:1:16:", "s.yaml:1:17:", "s.yaml:3:24:", "s.yaml:3:42:", "s.yaml:4:1:", "s.yaml:5:1:", "unknown",
                "SAMPLE_LEVEL:",
            ]
        )
    }

    @Test func `An error shows its line with a caret`() throws {
        let error = try #require(throws: SettingsError.self) {
            try Sample.load("limits:\n  head_bytes: 1\n")
        }
        #expect(error.problems.map(\.excerpt) == ["  |   head_bytes: 1\n  |               ^"])
    }

    // MARK: - Bounds

    @Test func `A file over 1 MiB is refused`() throws {
        let error = try #require(throws: SettingsError.self) {
            try SettingsFile(path: "s.yaml", bytes: [UInt8](repeating: 0x20, count: 1 << 20 + 1))
        }
        #expect("\(error)" == "s.yaml: is larger than 1 MiB, which no configuration needs")
        #expect(throws: Never.self) {
            try SettingsFile(path: "s.yaml", bytes: [UInt8](repeating: 0x20, count: 1 << 20))
        }
    }

    @Test func `A file that isn't UTF-8 is refused where it stops being it`() throws {
        let error = try #require(throws: SettingsError.self) {
            try SettingsFile(path: "s.yaml", bytes: Array("ä: 1\nb: ".utf8) + [0xFF])
        }
        #expect("\(error)" == "s.yaml:2:4: is not UTF-8 here")
    }

    @Test func `Aliases that grow without end are refused`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        let problems = Sample.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasSuffix("more than 50000 values, aliases counted where they are used") == true)
    }

    @Test(arguments: [65, 999, 100_000])
    func `A text that is nested too deep is refused`(depth: Int) {
        #expect(Sample.problems("policy: " + String(repeating: "[", count: depth)).count == 1)
        let closed = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(Sample.problems("policy: " + closed).count == 1)
    }

    @Test func `Keys that stand twice are all found, up to a bound`() {
        let text = (0..<250).map { "k\($0 / 2): 1" }.joined(separator: "\n")
        let twice = Sample.problems(text).filter { $0.contains("stands twice") }
        #expect(twice.count == 101)
    }

    // MARK: - Secrets

    @Test func `A secret is shown neither in the report nor in an error`() throws {
        let loaded = try Sample.load("authtoken: topsecret\n")
        #expect(loaded.configuration.token?.reveal() == "topsecret")
        #expect(!loaded.report.contains("topsecret"))
        #expect(try loaded.resolved("authtoken").text == "[secret]")

        for text in [
            "authtoken: [topsecret]", "authtokn: topsecret", "authtoken: a: topsecret", "authtoken: 'topsecret",
            "authtoken: \"\\q topsecret\"", "rules: [{authtoken: topsecret}]", "{authtoken: topsecret",
        ] {
            let error = try #require(throws: SettingsError.self) { try Sample.load(text) }
            #expect(!"\(error)".contains("topsecret"), "\(error)")
        }
    }

    @Test func `A terminal is safe from what a file holds`() throws {
        let error = try #require(throws: SettingsError.self) { try Sample.load("\"a\\e[2J\\u202e\": 1 # \u{1}") }
        #expect(!"\(error)".unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
    }

    // MARK: - Report

    @Test func `The report shows each value with its origin`() throws {
        let report = try Sample.load("workers: 3", arguments: ["--level", "debug"]).report
        let lines = report.split(separator: "\n").prefix(4).map { $0.replacing(#/ +# /#, with: " # ") }
        #expect(
            lines == [
                "domain: example.test # default", "workers: 3 # s.yaml:1:10", "level: debug # --level",
                "authtoken: none # default",
            ]
        )
    }

    @Test func `The schema names each setting once, with its variables and its flag`() throws {
        let settings = Sample.definition.schema.settings
        #expect(Set(settings.map(\.path)).count == settings.count)
        let timeout = try #require(settings.first { $0.path == "limits.head_timeout" })
        #expect(timeout.variables == ["SAMPLE_LIMITS_HEAD_TIMEOUT", "OLD_LIMITS_HEAD_TIMEOUT"])
        #expect(timeout.flag == "--limits-head-timeout")
        #expect(timeout.defaultText == "10s")
        let host = try #require(settings.first { $0.path == "rules[].host" })
        #expect(host.variables.isEmpty && host.flag == nil && host.defaultText == nil)
    }

    @Test func `The reference tells of a setting all that one needs to set it`() {
        let reference = Sample.definition.schema.reference
        #expect(
            reference.contains(
                """
                ## `limits`

                Bounds.

                ### `limits.head_timeout`

                Longest time of a head.

                A duration such as 500ms, 10s or 5m, from 1s to 5m. Default: `10s`.

                `SAMPLE_LIMITS_HEAD_TIMEOUT`, `OLD_LIMITS_HEAD_TIMEOUT`, `--limits-head-timeout`

                """
            )
        )
        #expect(reference.contains("### `rules[].host`\n\nWhose.\n\nText of at most 1024 bytes. Required."))
    }
}
