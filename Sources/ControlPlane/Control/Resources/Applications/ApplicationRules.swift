import APITypes
import JSON
import Model
import Store

/// Visitors whom policies had signed in (`spec/api.md` 4.6). One that is deleted takes all sessions along.
struct ApplicationUserRules: ResourceRules {
    static let shape = ResourceShape.applicationUsers

    func make(_ body: CheckedBody, _ change: inout Change) throws(Failure) -> ApplicationUserRecord {
        throw Failure(.apiMethod, "Visitors are known when a policy has signed them in.")
    }

    func willDelete(_ stored: Stored<ApplicationUserRecord>, _ change: inout Change) async throws(Failure) {
        let sessions = try await change.context.store.all(ApplicationSessionRecord.self, in: change.caller.scope)
        for session in sessions where session.document.user == stored.id.text { change.delete(session) }
    }

    func members(of stored: Stored<ApplicationUserRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let user = stored.document
        return [
            "identity_provider": ["name": .string(user.providerName), "url": .string(user.providerURL)],
            "provider_user_id": .string(user.subject),
            "username": .string(user.username),
            "email": .string(user.email),
            "name": .string(user.name),
            "last_active": .time(user.lastActive),
            "last_login": .time(user.lastLogin),
        ]
    }
}

/// Sessions of visitors (`spec/api.md` 4.6). One that is deleted is over.
struct ApplicationSessionRules: ResourceRules {
    static let shape = ResourceShape.applicationSessions

    func make(_ body: CheckedBody, _ change: inout Change) throws(Failure) -> ApplicationSessionRecord {
        throw Failure(.apiMethod, "Sessions begin when a policy signs a visitor in.")
    }

    func members(of stored: Stored<ApplicationSessionRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let session = stored.document
        return [
            "public_url": .string(session.url),
            "browser_session": [
                "user_agent": session.browser.shown, "ip_address": .string(session.address),
                "location": session.location?.shown ?? .null,
            ],
            "application_user": view.reference(to: session.user, .applicationUsers),
            "last_active": .time(session.lastActive),
            "expires_at": .time(session.expires),
            "endpoint": [
                "id": .string(session.endpoint), "uri": .string("\(view.caller.apiURL)/endpoints/\(session.endpoint)"),
            ],
        ]
    }
}

extension ApplicationSessionRecord.Browser {
    fileprivate var shown: JSONValue {
        [
            "raw": .string(self.raw), "browser_name": .string(self.name), "browser_version": .string(self.version),
            "device_type": .string(self.device), "os_name": .string(self.system),
            "os_version": .string(self.systemVersion),
        ]
    }
}

extension ApplicationSessionRecord.Location {
    fileprivate var shown: JSONValue {
        [
            "country_code": .string(self.country), "latitude": self.latitude.map { .number("\($0)") } ?? .null,
            "longitude": self.longitude.map { .number("\($0)") } ?? .null,
            "lat_long_radius_km": self.radiusKilometres.map(JSONValue.integer) ?? .null,
        ]
    }
}
