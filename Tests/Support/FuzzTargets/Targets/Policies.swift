import Addressing
import TrafficPolicy

/// Policy documents: nothing traps, every problem has a place in the document, a policy that is written reads as the same,
/// and what the report says stays in proportion.
enum Policies: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let text = String(decoding: input.bytes, as: UTF8.self)
        Self.checkReading(text)
    }

    private static let checks = CompiledExpressions()

    private static let limits = {
        var limits = PolicyLimits()
        limits.values = 5_000
        return limits
    }()

    private static func checkReading(_ text: String) {
        let lines = 1 + text.unicodeScalars.count { $0 == "\n" || $0 == "\r" }
        do throws(PolicyErrors) {
            let policy = try Policy(parsing: text, limits: self.limits, checking: self.checks)
            Self.checkWriting(policy)
            for problem in policy.review() { claim(problem.position.line <= lines, "a warning behind the document") }
            for scheme in EndpointScheme.allCases { Self.checkAttaching(policy, scheme) }
        } catch {
            claim(!error.problems.isEmpty, "refused for no reason")
            for problem in error.problems {
                claim(problem.position.line <= lines, "\(problem): a place behind the document")
                claim(problem.position.column <= text.unicodeScalars.count + 1, "\(problem): a place behind the line")
                claim(!problem.message.isEmpty && !problem.message.contains("\n"), "\(problem): not a line")
            }
        }
        let report = PolicyReport("-", text: text, limits: self.limits)
        claim(report.text.utf8.count < 2_000_000, "a report out of proportion")
    }

    private static func checkWriting(_ policy: Policy) {
        let written = policy.json(.revealed)
        do throws(PolicyErrors) {
            let again = try Policy(parsing: written, checking: self.checks)
            claim(again.json(.revealed) == written, "written anew it is another policy: \(written)")
        } catch {
            failClaim("what was written cannot be read: \(error)\n\(written)")
        }
    }

    private static func checkAttaching(_ policy: Policy, _ scheme: EndpointScheme) {
        let attachment = PolicyAttachment(
            scheme: scheme,
            isInternal: scheme == .http,
            isCloud: true,
            runnable: Set(ActionType.allCases)
        )
        do throws(PolicyErrors) {
            try attachment.check(policy)
        } catch {
            claim(!error.problems.isEmpty, "refused for no reason")
        }
    }
}
