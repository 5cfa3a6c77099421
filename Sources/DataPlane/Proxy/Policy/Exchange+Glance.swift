import Addressing
import NIOCore
import PolicyEngine
import TrafficPolicy

// Most requests pass most policies unchanged, or with a few lines more. That is seen from their heads, and no more is made
// of them than of requests to an endpoint without a policy.

extension Exchange {
    /// Sends the request on, or answers it, where the rules of `gate` that its head answers are enough for that.
    ///
    /// - Returns: nil where that was done; otherwise the rule from which the policy must run.
    func decideAtAGlance(
        _ head: RequestHead,
        in bytes: ByteBuffer,
        at gate: EndpointGate,
        for upstream: Upstream
    ) -> Int? {
        // Whoever is told of each rule is told of all of them.
        guard self.explainer == nil else { return 0 }
        let sight = self.glance(head, in: bytes, at: gate)
        // Of these somebody is told what the policy has said.
        guard !self.loop.tellsOfAllJudged else { return sight.firstRule }
        switch sight.end {
        case .passed where gate.program.judgesRequestsAlone:
            self.countAdditions(of: sight)
            self.forward(head, in: bytes, to: upstream, addingLines: self.loop.glancedLines.readableBytes > 0)
            return nil
        case .denied(let status) where !gate.judgesConnections:
            self.countAdditions(of: sight)
            self.loop.policies.actionCounts.note(.deny, .respond)
            self.answer(LocalAnswer(status: status))
            return nil
        case .passed, .denied, .unfinished: return sight.firstRule
        }
    }

    private func countAdditions(of sight: RequestGlance.Sight) {
        guard sight.additions > 0 else { return }
        self.loop.policies.actionCounts.note(.addHeaders, .next, times: sight.additions)
    }

    /// Looks at the request with the rules of `gate` that its head answers; the lines that they add are the loop's
    /// ``ProxyLoop/glancedLines`` then.
    private func glance(
        _ head: RequestHead,
        in bytes: ByteBuffer,
        at gate: EndpointGate
    ) -> RequestGlance.Sight {
        guard let glance = gate.program.glance else { return .none }
        self.loop.glancedLines.clear()
        return bytes.withUnsafeReadableBytes { raw in
            let path = head.pathRange
            let request = GlancedRequest(
                bytes: raw,
                method: head.methodRange,
                path: path.lowerBound..<(raw[path].firstIndex(of: UInt8(ascii: "?")) ?? path.upperBound),
                host: head.hostNameRange ?? 0..<0,
                client: self.context.visitor.address?.ip,
                fields: head
            )
            return glance.look(at: request, adding: &self.loop.glancedLines)
        }
    }
}

extension RequestHead: GlancedFields {
    package func line(
        named name: UnsafeRawBufferPointer,
        from start: Int,
        in bytes: UnsafeRawBufferPointer
    ) -> (number: Int, value: Range<Int>)? {
        for number in start..<max(start, self.fields.count) {
            let slot = self.fields[number]
            guard slot.isForPolicies, slot.name.count == name.count else { continue }
            if zip(slot.name, name).allSatisfy({ FieldName.lower(bytes[$0]) == $1 }) { return (number, slot.value) }
        }
        return nil
    }
}
