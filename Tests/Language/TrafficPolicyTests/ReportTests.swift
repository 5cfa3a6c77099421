import Addressing
import Foundation
import Model
import Testing
import TrafficPolicy

/// What a person reads when a policy is wrong.
@Suite struct ReportTests {
    @Test func `A problem comes with its place, its line, a caret and a suggestion`() {
        let text = "on_http_request:\n  - actions:\n      - type: deny\n        config: {status_cod: 404}\n"
        let expected = """
            p.yaml:4:18: error ERR_PORTICO_2203: there is no field "status_cod" here; did you mean "status_code"?
                    config: {status_cod: 404}
                             ^^^^^^^^^^
            p.yaml: 1 error

            """
        #expect(PolicyReport("p.yaml", text: text).text.unindented == expected.unindented)
    }

    @Test func `Lines that end in any way are counted in the same way`() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["on_http_request:", "  - actions:", "      - type: dny", ""].joined(separator: end)
            let report = PolicyReport("p", text: text).text
            #expect(report.hasPrefix("p:3:15: error ERR_PORTICO_2201"), "\(report)")
            #expect(report.contains("- type: dny\n"), "\(report)")
        }
    }

    @Test func `A line with a secret is not shown`() {
        let text = "on_http_request:\n  - actions:\n      - {type: basic-auth, config: {credentials: ['me:short']}}\n"
        let report = PolicyReport("p", text: text)
        #expect(report.errors.count == 1)
        #expect(!report.text.contains("short'"), "\(report.text)")
        #expect(!PolicyReport.json([report]).contains("me:short"))
    }

    @Test func `Errors and warnings come in the order of the document`() {
        let text = """
            on_http_request:
              - actions: [{type: deny}]
              - actions: [{type: deny}]
            on_http_response:
              - actions: [{type: compress-response}]
            """
        let tcp = PolicyAttachment(scheme: .tcp, isInternal: false, isCloud: false, runnable: [])
        let report = PolicyReport("p", text: text, for: tcp)
        #expect(report.errors.map(\.code.number) == [2230, 2230])
        #expect(report.errors.map(\.position.line) == [1, 4])
        #expect(report.warnings.map(\.position.line) == [3])
        #expect(report.text.hasSuffix("p: 2 errors, 1 warning\n"))
    }

    @Test func `A report for programs holds the same`() throws {
        let text = "on_http_request:\n  - actions: [{type: deny, config: {status_code: 200}}]\n"
        let json = PolicyReport.json([
            PolicyReport("a", text: text), PolicyReport("b", text: "{}"),
            PolicyReport("c", unreadable: "there is no such file"),
        ])
        let root = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(root["valid"] as? Bool == false)
        let files = try #require(root["files"] as? [[String: Any]])
        #expect(files.map { $0["file"] as? String } == ["a", "b", "c"])
        #expect(files.map { $0["valid"] as? Bool } == [false, true, false])
        let problem = try #require((files[0]["errors"] as? [[String: Any]])?.first)
        #expect(problem["code"] as? String == "ERR_PORTICO_2215")
        #expect(problem["line"] as? Int == 2)
        #expect(problem["path"] as? String == "on_http_request[0].actions[0].config.status_code")
    }

    @Test func `A document with a thousand mistakes is reported quickly`() {
        let rule = "  - {expressions: ['req.methd == 1'], actions: [{type: dny}], nme: x}\n"
        let report = PolicyReport("p", text: "on_http_request:\n" + String(repeating: rule, count: 500))
        #expect(report.errors.count == 1000)
        #expect(report.text.utf8.count < 500_000)
    }
}

extension String {
    /// The same without the spaces that begin its lines.
    fileprivate var unindented: String {
        self.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }.joined(
            separator: "\n"
        )
    }
}
