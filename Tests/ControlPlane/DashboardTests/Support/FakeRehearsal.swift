import Capture
import Control
import Model

/// A rehearsal without an engine, which lies in the data plane: it says of every request but the first that the draft
/// refuses it, and of that nothing. The real one is in the story that Chromium plays.
final class FakeRehearsal: PolicyRehearsal {
    /// - Throws: `rehearsalPolicy` for a draft that says so.
    init(_ order: RehearsalOrder) throws(Failure) {
        guard !order.draft.contains("wrong") else { throw Failure(.rehearsalPolicy, "The draft is wrong.") }
    }

    func run(_ exchanges: [TrafficExchange], into report: inout RehearsalReport) {
        for exchange in exchanges {
            report.examined += 1
            if report.examined == 1 {
                report.unchanged += 1
            } else {
                let change = "\(exchange.facts.method) is refused"
                report.note(change, by: "on_http_request[0] \"no \(exchange.facts.method)\"", of: exchange.facts.id)
            }
        }
    }
}
