import Addressing
import NIOCore
import PolicyEngine
import TrafficPolicy

// Most requests pass most policies unchanged, or with a few lines more. That is seen from their heads, and no more is made
// of them than of requests to an endpoint without a policy.

extension Exchange {
    /// Looks at the request with the rules of `gate` that its head answers; the lines that they add are the loop's
    /// ``ProxyLoop/glancedLines`` then.
    func glance(_ head: RequestHead, in bytes: ByteBuffer, at gate: EndpointGate) -> RequestGlance.Sight {
        guard let glance = gate.program.glance else { return .init(isWhole: false, firstRule: 0) }
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

    /// Whether somebody is told of every request that a policy has judged.
    var isAlwaysToldOf: Bool {
        self.loop.configuration.policy.tellsAll && self.loop.configuration.policy.events != nil
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
