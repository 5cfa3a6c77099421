import Addressing
import Certificates
import Control
import Foundation
import Model
import Secrets
import Settings
import Testing

@testable import EdgeProgram

@Suite struct DataFolderTests {
    private static func configuration(_ arguments: [String] = []) throws -> EdgeProgramConfiguration {
        try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(arguments: arguments)).configuration
    }

    private static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func `A new folder holds all that serving needs, for its owner alone`() async throws {
        try await withTemporaryFolder { parent in
            let folder = DataFolder("\(parent)/new/data")
            let new = try await folder.create(for: Self.configuration())

            #expect(try Self.mode(folder.path) == 0o700)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.contains("ca.pem") && files.contains("portico.db") && files.contains("sealing.key"))
            for file in files { #expect(try Self.mode("\(folder.path)/\(file)") == 0o600, "\(file)") }
            #expect(new.authorityFile == "\(folder.path)/ca.pem")
            #expect(throws: Never.self) { try Authtoken(parsing: new.authtoken) }

            _ = try folder.openStore()
            _ = try SealingKeys(SealingConfiguration(source: .file(nil)), in: folder).open()
            let names = ServerNames(try Self.configuration())
            let certificate = try folder.certificate(for: names)
            #expect(try folder.certificate(for: names).certificatePEM == certificate.certificatePEM)
        }
    }

    @Test func `The authtoken itself is in no file`() async throws {
        try await withTemporaryFolder { parent in
            let new = try await DataFolder("\(parent)/data").create(for: Self.configuration())
            let token = Data(new.authtoken.reveal().utf8)
            for file in try FileManager.default.contentsOfDirectory(atPath: "\(parent)/data") {
                let bytes = try Data(contentsOf: URL(filePath: "\(parent)/data/\(file)"))
                #expect(bytes.range(of: token) == nil, "\(file)")
            }
        }
    }

    @Test func `A folder that was set up is left as it is`() async throws {
        try await withTemporaryFolder { parent in
            let folder = DataFolder("\(parent)/data")
            _ = try await folder.create(for: Self.configuration())
            let before = try Data(contentsOf: URL(filePath: folder.sealingKey))
            let authority = try Data(contentsOf: URL(filePath: "\(folder.path)/ca.key"))

            let failure = try await #require(throws: Failure.self) {
                try await folder.create(for: Self.configuration())
            }
            #expect(failure.code == .dataFolderInUse)
            #expect(try Data(contentsOf: URL(filePath: folder.sealingKey)) == before)
            #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/ca.key")) == authority)
            #expect(try await Authtokens(.folder(folder)).list().count == 1)
        }
    }

    @Test func `What was made before a failure is taken away, and the next try succeeds`() async throws {
        try await withTemporaryFolder { parent in
            let folder = DataFolder("\(parent)/data")
            // A link that leads nowhere: nothing is there, and nothing can be made there.
            try FileManager.default.createDirectory(
                atPath: folder.path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            try FileManager.default.createSymbolicLink(
                atPath: folder.database,
                withDestinationPath: "\(parent)/nowhere/portico.db"
            )
            let failure = try await #require(throws: Failure.self) {
                try await folder.create(for: Self.configuration())
            }
            #expect(failure.code == .dataFolderInUse || failure.code == .dataFolderUnusable)
            #expect(!FileManager.default.fileExists(atPath: folder.sealingKey))
            _ = try await folder.create(for: Self.configuration())
        }
    }

    @Test func `A folder that others may enter is refused`() async throws {
        try await withTemporaryFolder { parent in
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: parent)
            let failure = try await #require(throws: Failure.self) {
                try await DataFolder(parent).create(for: Self.configuration())
            }
            #expect(failure.code == .dataFolderUnusable)
            #expect(failure.message.contains("chmod go= \(parent)"))
        }
    }

    @Test func `A folder that was not set up says how it is set up`() async throws {
        try await withTemporaryFolder { parent in
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: parent)
            for folder in [DataFolder("\(parent)/none"), DataFolder(parent)] {
                let failure = try #require(throws: Failure.self) { try folder.openStore() }
                #expect(failure.code == .dataFolderMissing)
                #expect(failure.description.contains("portico-edge init"))
            }
        }
    }

    @Test func `A key that others may read is refused`() async throws {
        try await withTemporaryFolder { parent in
            let folder = DataFolder("\(parent)/data")
            _ = try await folder.create(for: Self.configuration())
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.sealingKey)
            let failure = try #require(throws: Failure.self) {
                try SealingKeys(SealingConfiguration(source: .file(nil)), in: folder).open()
            }
            #expect(failure.code == .dataFolderUnusable)
            #expect(failure.message.contains(folder.sealingKey))
        }
    }

    @Test func `Two can't serve one folder, and the lock goes with its holder`() async throws {
        try await withTemporaryFolder { parent in
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: parent)
            let folder = DataFolder(parent)
            do {
                let lock = try ServeLock(folder)
                let failure = try #require(throws: Failure.self) { try ServeLock(folder) }
                #expect(failure.code == .dataFolderInUse)
                withExtendedLifetime(lock) {}
            }
            _ = try ServeLock(folder)
        }
    }

    @Test func `The certificate is for the base domain, the connect host and this machine`() throws {
        let names = ServerNames(try Self.configuration(["--base-domain", "e.test", "--public-tcp-host", "tcp.test"]))
        #expect(names.hosts == ["e.test", "*.e.test", "connect.e.test", "tcp.test", "idp.e.test", "localhost"])
        #expect(names.addresses == [.loopback4, .loopback6])
    }

    // MARK: - Authtokens

    @Test func `An authtoken is written for its owner alone, and never over a file`() async throws {
        try await withTemporaryFolder { parent in
            let file = try TokenFile("\(parent)/token")
            try file.write(Secret("abc"))
            #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "abc\n")
            #expect(try Self.mode(file.path) == 0o600)
            #expect(throws: Failure.self) { try TokenFile(file.path) }
            #expect(throws: Failure.self) { try TokenFile("\(parent)/none/token") }
        }
    }

    @Test func `Authtokens are made, listed and revoked`() async throws {
        try await withTemporaryFolder { parent in
            let folder = DataFolder("\(parent)/data")
            _ = try await folder.create(for: Self.configuration())
            let authtokens = try await Authtokens(.folder(folder))
            let made = try await authtokens.create(rules: ["bind:*.example.com"], description: "a\u{1B}[2Jb")
            #expect(throws: Never.self) { try Authtoken(parsing: made.token) }
            try await authtokens.revoke(made.id.text)

            let entries = try await authtokens.list()
            #expect(entries.count == 2)
            #expect(entries.filter { $0.revoked != nil }.map(\.id) == [made.id])
            let entry = try #require(entries.first { $0.id == made.id })
            #expect(entry.line.contains("bind:*.example.com"))
            #expect(!entry.line.unicodeScalars.contains("\u{1B}"))

            for id in ["", "cr_", "ac_123", "cr_unknown"] {
                let failure = try await #require(throws: Failure.self) { try await authtokens.revoke(id) }
                #expect(failure.code == .authtokenUnknown)
            }
            await #expect(throws: Failure.self) {
                try await authtokens.create(rules: ["everything"], description: "")
            }
        }
    }

    @Test func `What names nobody is for the first user of the first account`() async throws {
        try await withTemporaryFolder { parent in
            let location = StoreLocation.folder(DataFolder("\(parent)/data"))
            _ = try await DataFolder("\(parent)/data").create(for: Self.configuration())
            let people = try await People(location)
            let first = try await people.member()
            // Within the same second, in which identifiers say nothing of the order.
            for number in 0..<8 {
                let email = "user\(number)@example.test"
                _ = try await people.add(email: email, name: "", to: .newAccount("n"), rights: .administrator)
                _ = try await people.add(email: email, name: "", to: .first, rights: .reader)
            }
            let again = try await people.member()
            #expect(again.account == first.account && again.user == first.user)
            let named = try await people.member(email: "User3@example.test")
            #expect(named.account != first.account && named.user != first.user)
            #expect(try await people.lines().count == 17)
        }
    }

    // MARK: - Welcome

    @Test func `The welcome shows the token once and the commands that come next`() async throws {
        try await withTemporaryFolder { parent in
            let configuration = try Self.configuration(["--data-dir", "\(parent)/my data"])
            let new = try await DataFolder(configuration.dataFolder).create(for: configuration)
            let text = WelcomeText(
                configuration,
                new,
                tokenFile: nil,
                serveArguments: ["--data-dir", configuration.dataFolder]
            ).text
            let token = new.authtoken.reveal()
            #expect(text.contains("portico config add-authtoken \(token)\n"))
            #expect(text.contains("portico-edge serve --data-dir '\(parent)/my data'\n"))
            #expect(text.contains("REST API at http://127.0.0.1:4042, "))
            #expect(text.contains("portico-edge api-key create --data-dir '\(parent)/my data'\n"))
            #expect(
                text.contains(
                    "--connect-url connect.portico.localhost:4443 --connect-cas '\(parent)/my data/ca.pem'\n"
                )
            )
        }
    }

    @Test func `A token that was written to a file is not shown`() async throws {
        try await withTemporaryFolder { parent in
            let configuration = try Self.configuration(["--listeners-agents", "none", "--public-https-port", "443"])
            let new = try await DataFolder("\(parent)/data").create(for: configuration)
            let file = try TokenFile("\(parent)/it's")
            let text = WelcomeText(configuration, new, tokenFile: file, serveArguments: []).text
            #expect(!text.contains(new.authtoken.reveal()))
            #expect(text.contains(#"add-authtoken "$(cat '\#(parent)/it'\''s')""#))
            #expect(text.contains("--connect-url connect.portico.localhost:443 "))
        }
    }
}
