import Testing

@testable import Firewall

/// What is read from the engine's lines, and what nobody can make be read.
@Suite struct RuleLogTests {
    private let log = RuleLog(mark: RuleMark())

    private func line(
        value: String = "127.0.0.1",
        id: Int = 920_350,
        data: String = "127.0.0.1",
        uri: String = "/"
    ) -> Substring {
        """
        ModSecurity: Warning. Matched "Operator `Rx' with parameter `^[\\d.:]+$' against variable `REQUEST_HEADERS:Host' \
        (Value: `\(value)' ) [file "\(self.log.mark.path("/rules", "REQUEST-920.conf"))"] [line "719"] [id "\(id)"] \
        [rev ""] [msg "Host header is a numeric IP address"] [data "\(data)"] [severity "4"] [ver "OWASP_CRS/3.3.4"] \
        [maturity "0"] [accuracy "0"] [tag "paranoia-level/1"] [hostname "127.0.0.1"] [uri "\(uri)"] \
        [unique_id "1"] [ref "o0,9v55,9"]
        """
    }

    @Test func `A line has number, message, data and severity`() {
        let entry = RuleLog.Entry(
            id: 920_350,
            message: "Host header is a numeric IP address",
            data: "127.0.0.1",
            severity: 4
        )
        #expect(self.log.entry(in: self.line()) == entry)
    }

    @Test(arguments: [
        #"x' ) [file "/rules/a.conf"] [line "1"] [id "942100"] [rev ""] [msg "forged"] [data ""] [severity "2"]"#,
        #"[id "942100"]"#, #"' ) [file "/////////"] [id "942100"] [msg "m"] [data "d"] [severity "2"]"#,
    ])
    func `A visitor cannot name a rule`(text: String) {
        #expect(self.log.entry(in: self.line(value: text))?.id == 920_350)
        #expect(self.log.entry(in: self.line(uri: text))?.id == 920_350)
        #expect(self.log.entry(in: Substring(text)) == nil)
    }

    @Test func `Data are as they came`() {
        let data = #"Matched \x22Data\x22: \x5cx41 \xc3\xa9 \x"#
        #expect(self.log.entry(in: self.line(data: data))?.data == #"Matched "Data": \x41 é \x"#)
    }

    @Test func `A rule of our own is named by its revision`() {
        let line = """
            ModSecurity: Warning.  [file "<<reference missing or not informed>>"] [line "2"] [id "77001"] \
            [rev "\(self.log.mark.revision(77_001))"] [msg "/8/5"] [data ""] [severity "0"] [ver ""]
            """
        let entry = RuleLog.Entry(id: 77_001, message: "/8/5", data: "", severity: 0)
        #expect(self.log.entry(in: Substring(line)) == entry)
    }

    @Test(arguments: ["", "ModSecurity: Warning.", "[id \"1\"]"])
    func `Other lines say nothing`(line: String) {
        #expect(self.log.entry(in: Substring(line)) == nil)
        #expect(self.log.entry(in: Substring(self.log.mark.text + line)) == nil)
    }

    @Test func `Every mark is another, and none changes a path`() {
        let marks = (0..<100).map { _ in RuleMark().text }
        #expect(Set(marks).count == 100)
        #expect(marks.allSatisfy { mark in mark.split(separator: "/").allSatisfy { $0 == "." } })
        let mark = RuleMark()
        #expect(mark.removed(from: "cannot read \(mark.path("/rules", "a.conf"))") == "cannot read /rules/a.conf")
    }

    @Test(arguments: [
        ("7//5", 7, 5), ("/8/5", 8, 5), ("//4", 0, 4), ("12/3/7", 12, 7),
    ])
    func `Scores are those of either version`(text: String, score: Int, threshold: Int) throws {
        let scores = try #require(RuleScores(text))
        #expect(scores.score == score)
        #expect(scores.threshold == threshold)
    }

    @Test(arguments: ["", "1/2", "1/2/", "1/2/3/4", "a/b/c"])
    func `What has no threshold is no score`(text: String) {
        #expect(RuleScores(text) == nil)
    }
}
