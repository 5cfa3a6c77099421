import Addressing

/// An answer (RFC 1035 §4.1), as it is written.
struct DNSResponse {
    enum Code: UInt16 {
        case fine = 0
        case malformed = 1
        case unknownName = 3
        case notImplemented = 4
        case refused = 5
        /// Of extensions (RFC 6891 §6.1.3).
        case badVersion = 16
    }

    /// How long anybody may keep what is told, in seconds. What stands here changes within a minute.
    private static let lifetime: UInt32 = 1

    private let question: DNSQuestion
    private let code: Code
    private let isAuthoritative: Bool
    private var answers: [[UInt8]] = []
    private var authorities: [[UInt8]] = []

    init(to question: DNSQuestion, _ code: Code, isAuthoritative: Bool) {
        self.question = question
        self.code = code
        self.isAuthoritative = isAuthoritative
    }

    /// A record of the name that was asked for.
    mutating func answer(_ type: DNSQuestion.Kind, _ data: [UInt8]) {
        // 0xC00C: the name of the question.
        self.answers.append(Self.record([0xC0, 0x0C], type, data))
    }

    /// A record of the zone, which says since when there is nothing.
    mutating func authority(_ zone: [UInt8], _ data: [UInt8]) {
        self.authorities.append(Self.record(zone, .soa, data))
    }

    /// An answer of more than `limit` bytes is cut, and says so; nil is for any length.
    func bytes(limit: Int?) -> [UInt8] {
        let whole = self.written(self.answers, self.authorities, isCut: false)
        guard let limit, whole.count > limit else { return whole }
        return self.written([], [], isCut: true)
    }

    private func written(_ answers: [[UInt8]], _ authorities: [[UInt8]], isCut: Bool) -> [UInt8] {
        var flags: UInt16 = 0x8000 | (self.question.flags & 0x0100) | (self.code.rawValue & 0x0F)
        if self.isAuthoritative { flags |= 0x0400 }
        if isCut { flags |= 0x0200 }
        var bytes = Self.header(
            self.question.identifier,
            flags,
            [1, answers.count, authorities.count, self.question.isExtended ? 1 : 0]
        )
        bytes += Self.name(self.question.labels) + Self.pair(self.question.type) + Self.pair(self.question.recordClass)
        for record in answers + authorities { bytes += record }
        // What this server can: datagrams of this size, and no extension of them.
        if self.question.isExtended { bytes += [0, 0, 41] + Self.pair(1232) + [0, 0, 0, 0, 0, 0] }
        return bytes
    }

    /// What is said where there is no question that could be said again.
    static func bytes(of problem: DNSQuestion.Problem) -> [UInt8]? {
        guard case .refused(let identifier, let flags, let code) = problem else { return nil }
        let answered = 0x8000 | (flags & 0x7900) | (code.rawValue & 0x0F)
        guard code == .badVersion else { return Self.header(identifier, answered, [0, 0, 0, 0]) }
        // The upper bits of the code stand in the record of extensions.
        let extensions: [UInt8] = [0, 0, 41] + Self.pair(1232) + [1, 0, 0, 0, 0, 0]
        return Self.header(identifier, answered, [0, 0, 0, 1]) + extensions
    }

    // MARK: Writing

    private static func header(_ identifier: UInt16, _ flags: UInt16, _ counts: [Int]) -> [UInt8] {
        self.pair(identifier) + self.pair(flags) + counts.flatMap { self.pair(UInt16($0)) }
    }

    private static func record(_ name: [UInt8], _ type: DNSQuestion.Kind, _ data: [UInt8]) -> [UInt8] {
        name + self.pair(type.rawValue) + [0, 1] + self.quad(self.lifetime) + self.pair(UInt16(data.count)) + data
    }

    static func name(_ labels: [[UInt8]]) -> [UInt8] {
        labels.flatMap { [UInt8($0.count)] + $0 } + [0]
    }

    static func name(_ text: String) -> [UInt8] {
        self.name(text.split(separator: ".").map { Array($0.utf8) })
    }

    /// A text of at most 255 bytes, as TXT records have it.
    static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(255))
        return [UInt8(bytes.count)] + bytes
    }

    static func soa(server: String, zone: String) -> [UInt8] {
        let numbers: [UInt32] = [1, 3600, 600, 86_400, Self.lifetime]
        return self.name(server) + self.name("hostmaster.\(zone)") + numbers.flatMap(self.quad)
    }

    private static func pair(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private static func quad(_ number: UInt32) -> [UInt8] {
        self.pair(UInt16(number >> 16)) + self.pair(UInt16(number & 0xFFFF))
    }
}

extension ChallengeZone {
    /// What is answered to a message, in a datagram or not; nil for nothing at all.
    func answer(to message: [UInt8], isDatagram: Bool) -> [UInt8]? {
        let question: DNSQuestion
        do throws(DNSQuestion.Problem) {
            question = try DNSQuestion(message)
        } catch {
            return DNSResponse.bytes(of: error)
        }
        let limit = isDatagram ? question.answerBytes : nil
        return self.response(to: question).bytes(limit: limit)
    }

    private func response(to question: DNSQuestion) -> DNSResponse {
        let zone = "\(self.name)"
        let asked = question.name
        // IN, and what is not this zone is none of its business.
        guard question.recordClass == 1, asked == zone || asked.hasSuffix(".\(zone)") else {
            return DNSResponse(to: question, .refused, isAuthoritative: false)
        }
        let soa = DNSResponse.soa(server: "\(self.servers[0])", zone: zone)
        let values = (try? HostName(parsing: asked)).flatMap { self.values(at: $0) }
        let isThere = asked == zone || values != nil
        var response = DNSResponse(to: question, isThere ? .fine : .unknownName, isAuthoritative: true)
        var isEmpty = true
        switch DNSQuestion.Kind(rawValue: question.type) {
        case .txt, .any:
            for value in values ?? [] {
                response.answer(.txt, DNSResponse.text(value))
                isEmpty = false
            }
        case .soa where asked == zone:
            response.answer(.soa, soa)
            isEmpty = false
        case .ns where asked == zone:
            for server in self.servers { response.answer(.ns, DNSResponse.name("\(server)")) }
            isEmpty = false
        default: break
        }
        if isEmpty { response.authority(DNSResponse.name(zone), soa) }
        return response
    }
}
