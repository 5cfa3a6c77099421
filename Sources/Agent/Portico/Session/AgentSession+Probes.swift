import AgentProtocol
import Model
import NIOCore

/// Whether data flows: a session that is up says nothing of the services behind it.
extension AgentSession {
    /// For the edge to answer. It waits for four seconds itself, and an agent dials for three.
    private static let probePatience = TimeAmount.milliseconds(4_500)
    /// To the first probe: somebody looks whether it works.
    private static let firstProbe = Duration.milliseconds(500)
    /// Between probes where one has told of a stall: whoever starts the service again looks at the screen.
    private static let stalledInterval = Duration.seconds(1)

    /// Has the edge ask for every endpoint by the way of a visitor, again and again for as long as `lead` leads.
    func probe(over lead: LegHandle) async {
        guard self.edgeProbes, let interval = self.configuration.probeInterval else { return }
        var pause = min(Self.firstProbe, interval)
        while true {
            // Not all agents of an edge at the same moment.
            do { try await Task.sleep(for: pause * Double.random(in: 0.8...1)) } catch { return }
            pause = interval
            guard lead.isSame(as: self.legs[0]) else { return }
            let ids = self.endpoints.filter { $0.trouble == nil }.compactMap(\.bindID)
            guard !ids.isEmpty else {
                // The first endpoint is on its way.
                pause = min(Self.firstProbe, interval)
                continue
            }
            // Whatever the edge said instead, nothing is known to flow.
            let answer = try? await lead.probe(ids, patience: Self.probePatience)
            guard !Task.isCancelled, lead.isSame(as: self.legs[0]) else { return }
            self.probed(ids, answer)
            if self.endpoints.contains(where: { $0.stall != nil }) { pause = min(Self.stalledInterval, interval) }
        }
    }

    private func probed(_ ids: [String], _ answer: AgentMessage.ProbeAnswer?) {
        var errors: [String: String] = [:]
        for result in answer?.results ?? [] { errors[result.id] = result.error }
        for index in self.endpoints.indices {
            guard let bindID = self.endpoints[index].bindID, ids.contains(bindID) else { continue }
            // An edge that leaves one out knows nothing of it.
            guard let error = answer == nil ? Self.unanswered : errors[bindID] else { continue }
            self.mark(index, stall: error.isEmpty ? nil : self.stall(error, self.endpoints[index]))
        }
    }

    private static let unanswered = "the edge did not answer a probe"

    private func stall(_ reason: String, _ endpoint: EndpointRecord) -> PorticoError {
        let reason = reason.unicodeScalars.prefix(200).map(\.escapedForDisplay).joined()
        let message =
            switch endpoint.target.way {
            case .upstream(let forwarding): "No data flows to \(forwarding.upstream): \(reason)."
            case .application: "No data flows to the application: \(reason)."
            }
        return PorticoError(.unreachable, .upstreamUnreachable, message)
    }

    private func mark(_ index: Int, stall: PorticoError?) {
        let record = self.endpoints[index]
        guard record.stall != stall else { return }
        self.endpoints[index].stall = stall
        self.board.show(stall, of: record.id)
    }
}
