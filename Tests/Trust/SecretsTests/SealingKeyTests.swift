import Model
import Testing

@testable import Secrets

@Suite struct SealingKeyTests {
    private let purpose = SealPurpose("test")

    @Test(arguments: [0, 1, 15, 16, 17, 4096])
    func `What was sealed opens again`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let key = SealingKey.random()
        let text = key.seal(bytes, for: self.purpose)
        #expect(try key.open(text, for: self.purpose) == bytes)
        #expect(text.utf8.allSatisfy { Base62.isDigit($0) || $0 == 0x2D || $0 == 0x5F })
    }

    @Test func `The same bytes are never sealed alike`() {
        let key = SealingKey.random()
        #expect(key.seal([1, 2, 3], for: self.purpose) != key.seal([1, 2, 3], for: self.purpose))
    }

    @Test func `A text that was changed in any byte does not open`() throws {
        let key = SealingKey.random()
        let sealed = try #require(Base64URL.decode(key.seal(Array("account".utf8), for: self.purpose)))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealError.self) { try key.open(Base64URL.encode(changed), for: self.purpose) }
        }
    }

    @Test func `A text that was sealed for one purpose does not open for another`() {
        let key = SealingKey.random()
        let text = key.seal([1], for: SealPurpose("cookie"))
        #expect(throws: SealError.forged) { try key.open(text, for: SealPurpose("bind token")) }
    }

    @Test func `A key that did not seal a text says that it did not`() {
        let text = SealingKey.random().seal([1], for: self.purpose)
        #expect(throws: SealError.unknownKey) { try SealingKey.random().open(text, for: self.purpose) }
    }

    @Test(arguments: ["", "A", "****", "AQAAAAA", "not sealed at all", String(repeating: "A", count: 100_000)])
    func `A text that nobody sealed is malformed`(text: String) {
        #expect(throws: SealError.malformed) { try SealingKey.random().open(text, for: self.purpose) }
    }

    @Test(arguments: 0..<58)
    func `A sealed text that was cut short does not open`(count: Int) {
        let key = SealingKey.random()
        let text = String(key.seal(Array("0123456789".utf8), for: self.purpose).prefix(count))
        #expect(throws: SealError.self) { try key.open(text, for: self.purpose) }
    }

    @Test func `A key shows nothing of itself`() {
        let key = SealingKey.random()
        #expect("\(key) \(SealingKeyring(key))" == "[sealing key] [sealing keys]")
    }
}

@Suite struct SealingKeyringTests {
    private let purpose = SealPurpose("test")

    @Test func `A new key seals, and the old one still opens what it sealed`() throws {
        let old = SealingKey.random()
        let before = old.seal([7], for: self.purpose)
        let ring = SealingKeyring(.random(), older: [old])
        #expect(try ring.open(before, for: self.purpose) == [7])
        let after = ring.seal([8], for: self.purpose)
        #expect(try ring.open(after, for: self.purpose) == [8])
        #expect(throws: SealError.unknownKey) { try old.open(after, for: self.purpose) }
    }

    @Test func `A text of a key that was dropped does not open`() {
        let text = SealingKey.random().seal([7], for: self.purpose)
        let ring = SealingKeyring(.random(), older: [.random()])
        #expect(throws: SealError.unknownKey) { try ring.open(text, for: self.purpose) }
    }

    @Test func `A key file is read as it was made`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/sealing.key"
            let made = try SealingKeyring.create(at: path)
            let text = made.seal([1, 2], for: self.purpose)
            #expect(try SealingKeyring.load(from: path).open(text, for: self.purpose) == [1, 2])
            #expect(try mode(of: path) == 0o600)
        }
    }

    @Test func `A key that is there is never overwritten`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/sealing.key"
            _ = try SealingKeyring.create(at: path)
            let before = try PrivateFile(path).contents()
            #expect(throws: PrivateFileError.exists(path: path)) { try SealingKeyring.create(at: path) }
            #expect(try PrivateFile(path).contents() == before)
        }
    }

    @Test func `A key file with two lines seals with the first and opens with both`() throws {
        try withTemporaryFolder { folder in
            let old = try SealingKeyring.create(at: "\(folder)/old")
            let new = try SealingKeyring.create(at: "\(folder)/new")
            let both = PrivateFile("\(folder)/both")
            try both.create(PrivateFile("\(folder)/new").contents() + PrivateFile("\(folder)/old").contents())
            let ring = try SealingKeyring.load(from: both.path)
            #expect(try ring.open(old.seal([1], for: self.purpose), for: self.purpose) == [1])
            #expect(try new.open(ring.seal([2], for: self.purpose), for: self.purpose) == [2])
        }
    }

    @Test func `A key that is put in front seals, and the others are dropped when they are not wanted`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/sealing.key"
            let old = try SealingKeyring.create(at: path)
            let text = old.seal([1], for: self.purpose)
            try SealingKeyring.rotate(at: path)
            #expect(try mode(of: path) == 0o600)
            let both = try SealingKeyring.load(from: path)
            #expect(both.currentID != old.currentID)
            let resealed = try #require(try both.resealed(text, for: self.purpose))
            #expect(try both.resealed(resealed, for: self.purpose) == nil)
            try SealingKeyring.dropOlder(at: path)
            let new = try SealingKeyring.load(from: path)
            #expect(try new.open(resealed, for: self.purpose) == [1])
            #expect(throws: SealError.unknownKey) { try new.resealed(text, for: self.purpose) }
            #expect(throws: SealError.forged) { try both.resealed(text, for: SealPurpose("another")) }
        }
    }

    @Test func `A file takes sixteen keys and no more`() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/sealing.key"
            _ = try SealingKeyring.create(at: path)
            for _ in 1..<16 { try SealingKeyring.rotate(at: path) }
            #expect(throws: SealingKeyring.FileError.self) { try SealingKeyring.rotate(at: path) }
            _ = try SealingKeyring.load(from: path)
        }
    }

    @Test(arguments: [",", " ", "\n", ", \n"]) func `Keys are told apart by commas and white space`(separator: String)
        throws
    {
        let (new, old) = (SealingKeyring.newKey(), SealingKeyring.newKey())
        let ring = try SealingKeyring.parse(Secret(new.reveal() + separator + old.reveal()), from: "here")
        #expect(ring.currentID == (try SealingKeyring.parse(new, from: "here")).currentID)
        let text = try SealingKeyring.parse(old, from: "here").seal([1], for: self.purpose)
        #expect(try ring.open(text, for: self.purpose) == [1])
    }

    @Test(arguments: [("", 0), ("short", 1), (String(repeating: "A", count: 43) + "\nAAAA\n", 2)])
    func `A file that holds no keys names the line`(text: String, line: Int) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/sealing.key"
            try PrivateFile(path).create(Array(text.utf8))
            let error = #expect(throws: SealingKeyring.FileError.self) { try SealingKeyring.load(from: path) }
            guard case .malformed(path, line) = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
        }
    }
}
