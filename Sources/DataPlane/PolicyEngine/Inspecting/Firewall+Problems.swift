package import Firewall
import Model
package import TrafficPolicy

extension Firewall {
    /// Loads what an action needs of this firewall, where it needs one, on the calling thread.
    ///
    /// - Returns: why the action cannot run here; nil where it can.
    package func problem(of action: Action) -> PolicyProblem? {
        let direction: RuleDirection
        switch action.type {
        case .owaspCRSRequest: direction = .requests
        case .owaspCRSResponse: direction = .responses
        default: return nil
        }
        do throws(FirewallError) {
            try self.prepare(direction)
            return nil
        } catch {
            let name = action.type.rawValue
            let words = "\(name) cannot run on this edge: \(error)"
            return PolicyProblem(.firewallUnavailable, at: action.position, offending: name, words)
        }
    }
}
