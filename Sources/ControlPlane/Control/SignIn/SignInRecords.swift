import Foundation
import Model
import Secrets
import Store

/// What a person signs in to the dashboard with. Nothing in it lets anybody in by itself: passwords and recovery codes
/// are hashed, the secret of the second factor is sealed.
struct LoginRecord: StoredDocument {
    typealias Kind = LoginKind
    static let recordKind = RecordKind("login")

    /// The identifier of the user.
    var user: String
    var password: PasswordHash
    /// The sealed secret of the second factor; nil where there is none.
    var factor: String?
    /// One that is being set up: it counts when its first code was given.
    var newFactor: String?
    /// The step of the last code that was taken, so that none is taken twice.
    var lastStep: Int64 = 0
    /// Of those that are left.
    var recoveryCodes: [TokenHash] = []
    /// Whether single keys do nothing on pages.
    var restsKeys: Bool?
    var changed: Date

    init(user: ResourceID<UserKind>, password: PasswordHash, at now: Date) {
        self.user = user.text
        self.password = password
        self.changed = now
    }

    var uniqueKeys: [String: String] { ["user": self.user] }

    static func purpose(_ user: String) -> SealPurpose { SealPurpose("second factor of \(user)") }
}

extension LoginRecord: SealedDocument {
    mutating func reseal(_ seals: RecordSeals) throws(SealError) -> Bool {
        var hasChanged = false
        for path in [\LoginRecord.factor, \.newFactor] {
            guard let old = self[keyPath: path],
                let new = try seals.keys.resealed(old, for: Self.purpose(self.user))
            else { continue }
            self[keyPath: path] = new
            hasChanged = true
        }
        return hasChanged
    }
}

/// A browser that is signed in, or still owes the code of the second factor.
struct DashboardSessionRecord: StoredDocument {
    typealias Kind = DashboardSessionKind
    static let recordKind = RecordKind("dashboard_session")

    var hash: TokenHash
    var user: String
    /// Whether all was proven that the user must prove.
    var isComplete: Bool
    /// What the browser says it is, and where it came from.
    var browser: String
    var address: String
    var created: Date
    var lastActive: Date
    var expires: Date
}

/// A link that lets one person in once, who then sets a password: the first of an edge, one who was invited, one who
/// forgot theirs.
struct DoorLinkRecord: StoredDocument {
    typealias Kind = DoorLinkKind
    static let recordKind = RecordKind("door_link")

    var hash: TokenHash
    var email: String
    /// What the member may do; nil where the user is a member already.
    var rights: MemberRights?
    /// The identifier of the user who is let in; nil where whoever opens it becomes one.
    var user: String?
    /// The e-mail address of who made it; empty for the operator.
    var madeBy: String
    var created: Date
    var expires: Date
}
