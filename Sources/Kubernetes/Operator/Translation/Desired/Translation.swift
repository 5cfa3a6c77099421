package import JSON
package import KubernetesClient

/// What a snapshot of the cluster asks for, and what is said about its objects.
package struct Translation: Sendable, Equatable {
    /// By namespace and name.
    package var endpoints: [DesiredEndpoint] = []
    /// The whole status that each object is to have, but for the times of its conditions. By kind and name.
    package var statuses: [ObjectStatus] = []
    /// What went wrong, on the object that is to blame. By kind, name and reason.
    package var events: [ObjectEvent] = []
    /// The objects that are ours and have something at the edge: they need the finalizer.
    package var claims: Set<ObjectReference> = []
    /// The TCP addresses that must be reserved before more can be served. By object and port.
    package var addressWishes: [AddressWish] = []
    /// Those who own endpoints that cannot be worked out now: what they have stays as it is.
    package var held: Set<OwnerID> = []

    package init() {}

    mutating func warn(_ object: ObjectReference, _ reason: EventReason, _ message: String) {
        let event = ObjectEvent(object: object, reason: reason, message: message)
        if !self.events.contains(event) { self.events.append(event) }
    }
}

/// A TCP address that a Service needs. Once it is reserved, it stands in the annotation `computed-url`.
package struct AddressWish: Sendable, Hashable {
    package let object: ObjectReference
    /// The Service's own.
    package let port: Int
    /// Which of the Service's addresses it is, counted from 0: its place in the annotation, between commas.
    package let place: Int

    /// What is reserved for the Service is marked by this, so that it is found again after a crash between both.
    package var mark: String { "service:\(self.object.uid):\(self.place)" }
}

/// Something that people should know about an object.
package struct ObjectEvent: Sendable, Hashable {
    package let object: ObjectReference
    package let reason: EventReason
    package let message: String
}

/// The reasons of events (`spec/kubernetes.md` 5.7). All of these are warnings.
package enum EventReason: String, Sendable, Hashable {
    case configurationError = "ConfigError"
    case backendNotFound = "BackendNotFound"
    case invalidIngress = "InvalidIngressSpec"
    case mappingStrategy = "FailedToGetMappingStrategy"
    case legacyAnnotation = "LegacyAnnotation"
    case secretNotFound = "SecretNotFound"
    case policyNotFound = "TrafficPolicyNotFound"
    case policyInvalid = "TrafficPolicyParseFailed"
    case noPorts = "NoPorts"
    case addressNotReserved = "TCPAddrNotReserved"
    case computedURL = "FailedToParseComputedURL"
    case deprecatedField = "DeprecatedField"
    case unsupportedProtocol = "UnsupportedProtocol"
    case unsupportedValue = "UnsupportedValue"
    case referenceNotPermitted = "RefNotPermitted"
}

/// The status that an object is to have.
package struct ObjectStatus: Sendable, Equatable {
    package let object: ObjectReference
    package let status: JSONValue

    package init(object: ObjectReference, status: JSONValue) {
        self.object = object
        self.status = status
    }
}

extension ObjectStatus {
    /// The status to write in the place of `current`: conditions get the time of their last change.
    ///
    /// - Parameters:
    ///   - current: what the object has, read just now.
    ///   - time: now, RFC 3339 in UTC with whole seconds.
    /// - Returns: nil where nothing would change but times, or `current` is about a later generation than this.
    package func merged(into current: JSONValue?, at time: String) -> JSONValue? {
        guard !Self.isLater(current ?? .null, than: self.object.generation) else { return nil }
        let new = Self.timed(self.status, before: current, at: time).canonical
        return new == (current ?? [:]).canonical ? nil : new
    }

    private static func isLater(_ status: JSONValue, than generation: Int64) -> Bool {
        (status.member("conditions")?.array ?? []).contains {
            ($0.member("observedGeneration")?.integer ?? 0) > generation
        }
    }

    private static func timed(_ new: JSONValue, before old: JSONValue?, at time: String) -> JSONValue {
        switch new {
        case .object(var object):
            for member in object.members {
                object.set(member.key, to: self.timed(member.value, before: old?.member(member.key), at: time))
            }
            guard self.isCondition(new), new.member("lastTransitionTime") == nil else { return .object(object) }
            let isSame = old?.member("status") == new.member("status")
            let since = isSame ? old?.member("lastTransitionTime") : nil
            object.set("lastTransitionTime", to: since ?? .string(time))
            return .object(object)
        case .array(let values):
            let earlier = old?.array ?? []
            return .array(
                values.map { value in
                    let identity = self.identity(of: value)
                    let match = earlier.first { identity != nil && self.identity(of: $0) == identity }
                    return self.timed(value, before: match, at: time)
                }
            )
        default: return new
        }
    }

    private static func isCondition(_ value: JSONValue) -> Bool {
        ["type", "status", "reason"].allSatisfy { value.member($0) != nil }
    }

    /// What tells the entry of a list from the others; nil for one that has no name.
    private static func identity(of value: JSONValue) -> String? {
        if let reference = value.member("parentRef") ?? value.member("ancestorRef") {
            return reference.canonical.text + (value.member("controllerName")?.text ?? "")
        }
        return (value.member("type") ?? value.member("name"))?.text
    }
}
