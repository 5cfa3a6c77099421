import ArgumentParser
import Control
import EdgeProgram
import Foundation
import Model
import Settings

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Make and list the people who use this edge, and their accounts.",
        discussion: """
            Accounts see nothing of each other. A user may be a member of several.

            Examples:
              portico-edge user add --email someone@example.com --role developer
              portico-edge user add --email other@example.com --new-account "Other team"
              portico-edge user list
              portico-edge user link --email someone@example.com
            """,
        subcommands: [Add.self, List.self, Link.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user, or make one that is there a member of one more account."
        )

        @Option(help: "The user's address, which nobody else has.")
        var email: String

        @Option(help: "The user's name.")
        var name = ""

        @Option(help: "What the user may do: administrator, developer (all but the account's settings) or reader.")
        var role = "developer"

        @Option(help: ArgumentHelp("In which account. Without: the edge's first.", valueName: "ac_…"))
        var account: String?

        @Option(help: ArgumentHelp("Make an account of this name for the user to administer.", valueName: "name"))
        var newAccount: String?

        @OptionGroup
        var options: ConfigurationOptions

        func validate() throws {
            guard self.account == nil || self.newAccount == nil else {
                throw ValidationError("Both --account and --new-account are given")
            }
            guard MemberRights(word: self.role) == nil else { return }
            throw ValidationError("There is no role \"\(self.role)\"; there are administrator, developer and reader")
        }

        func run() async throws {
            let place: People.Place =
                if let newAccount { .newAccount(newAccount) } else if let account { .account(account) } else { .first }
            let rights = self.newAccount == nil ? MemberRights(word: self.role) ?? .reader : .administrator
            let people = try await self.options.people()
            let (user, account) = try await people.add(email: self.email, name: self.name, to: place, rights: rights)
            Terminal.say("\(user)  \(account)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the users, the newest first: id, address, role, account, name of the account."
        )

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            for line in try await self.options.people().lines() { Terminal.say(line) }
        }
    }
}

extension UserCommand {
    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a link with which a user comes in to the dashboard once, and sets a password.",
            discussion: "It is good for three days. The user's other sessions end when it is used."
        )

        @Option(help: "The user's address. Without: the edge's first user.")
        var email: String?

        @OptionGroup
        var options: ConfigurationOptions

        func run() async throws {
            let configuration = try self.options.load().configuration
            let people = try await People(StoreLocation(configuration))
            let path = try await people.link(email: self.email, try SealingKeys(configuration).open())
            Terminal.say("\(configuration.dashboardOrigin ?? "https://localhost")\(path.reveal())")
        }
    }
}

extension ConfigurationOptions {
    fileprivate func people() async throws -> People {
        try await People(StoreLocation(try self.load().configuration))
    }
}
