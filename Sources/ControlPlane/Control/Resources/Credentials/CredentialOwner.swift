import APITypes
import Model

/// Whose a new credential is: the caller's, unless the request says otherwise (`spec/identity.md` 4).
enum CredentialOwner {
    /// - Throws: `ownerTwice`, `ownerUnknown`, or `ownerOfOther` when the caller is no administrator.
    static func of(_ body: CheckedBody, _ change: Change) async throws(Failure) -> Principal.Owner {
        let caller = change.caller.principal
        let given = ["owner_id", "owner_email", "scim_user_id", "membership_id"].filter { body.filledText($0) != nil }
        guard given.count <= 1 else {
            throw Failure(.ownerTwice, "Both \(given[0]) and \(given[1]) are given.")
        }
        guard let way = given.first, let value = body.filledText(way), value != caller.owner.id else {
            return caller.owner
        }
        let owners = Owners(store: change.context.store)
        let owner =
            switch way {
            case "owner_id" where value.contains("@"), "owner_email":
                try await owners.owner(email: value, in: caller.account)
            case "owner_id": try await owners.owner(value, in: caller.account)
            default: nil as Owners.Owner?
            }
        guard let owner else { throw Failure(.ownerUnknown, "The account has no owner \"\(value.prefix(100))\".") }
        guard owner.id == caller.owner || caller.rights.isAdministrator else {
            throw Failure(.ownerOfOther, "Only an administrator may make credentials for \(owner.subject).")
        }
        return owner.id
    }
}
