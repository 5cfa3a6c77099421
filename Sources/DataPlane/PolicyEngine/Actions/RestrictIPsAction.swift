import Addressing
import Expression
import Model
import TrafficPolicy

/// Lets pass only visitors of certain addresses (`spec/traffic-policy.md` 4.22).
struct RestrictIPsAction: PolicyAction {
    private static let action = ResultSlot(.restrictIPs, "restrict_ips.action")
    private static let matched = ResultSlot(.restrictIPs, "restrict_ips.matched_cidr")

    /// Ranges that the document says, and those that are made for each exchange.
    private struct Ranges: Sendable {
        private(set) var fixed: [IPPrefix] = []
        private(set) var made: [TemplateProgram] = []

        init(_ ranges: [RestrictIPsConfiguration.Range], _ place: ActionPlace) throws(PolicyProblem) {
            for range in ranges {
                switch range {
                case .fixed(let prefix): self.fixed.append(prefix)
                case .template(let source): self.made.append(try place.template(source))
                }
            }
        }

        /// The most specific range that the address is in.
        func match(_ address: IPAddress, on exchange: Exchange) throws(ActionError) -> IPPrefix? {
            var match = Self.mostSpecific(self.fixed, address)
            for template in self.made {
                let prefix = try Self.prefix(exchange.range(of: template))
                guard prefix.contains(address), prefix.length >= match?.length ?? 0 else { continue }
                match = prefix
            }
            return match
        }

        static func mostSpecific(_ prefixes: [IPPrefix], _ address: IPAddress) -> IPPrefix? {
            prefixes.filter { $0.contains(address) }.max { $0.length < $1.length }
        }

        private static func prefix(_ text: String) throws(ActionError) -> IPPrefix {
            do throws(IPAddressError) {
                return try IPPrefix(parsing: text)
            } catch {
                throw ActionError(
                    .policyCIDR,
                    "An address range that this endpoint's policy made is none.",
                    detail: text
                )
            }
        }
    }

    private let allowed: Ranges
    private let denied: Ranges
    private let lists: [String]
    private let isEnforced: Bool

    init(_ configuration: RestrictIPsConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.allowed = try Ranges(configuration.allow, place)
        self.denied = try Ranges(configuration.deny, place)
        self.lists = configuration.ipPolicies
        self.isEnforced = configuration.isEnforced
    }

    func run(on exchange: Exchange) -> Verdict {
        do throws(ActionError) {
            let (decision, range) = try self.decide(on: exchange)
            exchange.record.ipPolicy = decision
            exchange.publish(
                .restrictIPs,
                [
                    (Self.action, .string(decision == .allow ? "allow" : "deny")),
                    (Self.matched, .string(range.map { "\($0)" } ?? "")),
                ]
            )
            guard decision == .block, self.isEnforced else { return .next }
            guard exchange.phase != .tcpConnect else { return .close }
            return .fail(Failure(.addressRefused, "This endpoint does not accept visitors from your address."))
        } catch {
            return error.verdict
        }
    }

    /// Allowed is who is in an allowed range and in no denied one. An address that isn't known is in none.
    private func decide(on exchange: Exchange) throws(ActionError) -> (PolicyRecord.AccessDecision, IPPrefix?) {
        guard let address = exchange.connection.client?.ip else { return (.block, nil) }
        var denied = try self.denied.match(address, on: exchange)
        var allowed = try self.allowed.match(address, on: exchange)
        for id in self.lists {
            guard let list = exchange.loop.services.ipPolicies?.list(id, of: exchange.endpoint.account) else {
                exchange.note("there is no IP policy \(id); it allows no one")
                continue
            }
            denied = Self.longer(denied, Ranges.mostSpecific(list.denied, address))
            allowed = Self.longer(allowed, Ranges.mostSpecific(list.allowed, address))
        }
        if let denied { return (.block, denied) }
        return (allowed == nil ? .block : .allow, allowed)
    }

    private static func longer(_ left: IPPrefix?, _ right: IPPrefix?) -> IPPrefix? {
        guard let left, let right else { return left ?? right }
        return left.length >= right.length ? left : right
    }
}

extension Exchange {
    /// The text of a range that an expression makes.
    ///
    /// - Throws: 2253 where it has no value.
    fileprivate func range(of template: TemplateProgram) throws(ActionError) -> String {
        do throws(EvaluationError) {
            return try self.text(of: template)
        } catch {
            throw ActionError(
                .policyFieldExpression,
                "An address range that this endpoint's policy needs is not there.",
                detail: error.reason.text
            )
        }
    }
}
