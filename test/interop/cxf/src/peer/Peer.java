package peer;

import jakarta.activation.DataHandler;
import jakarta.mail.util.ByteArrayDataSource;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.soap.SOAPFaultException;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.apache.cxf.BusFactory;
import org.apache.cxf.configuration.jsse.TLSClientParameters;
import org.apache.cxf.configuration.jsse.TLSServerParameters;
import org.apache.cxf.configuration.security.ClientAuthentication;
import org.apache.cxf.endpoint.Client;
import org.apache.cxf.frontend.ClientProxy;
import org.apache.cxf.jaxws.JaxWsProxyFactoryBean;
import org.apache.cxf.jaxws.JaxWsServerFactoryBean;
import org.apache.cxf.transport.http.HTTPConduit;
import org.apache.cxf.transport.http_jetty.JettyHTTPServerEngineFactory;
import org.apache.cxf.ws.addressing.AddressingProperties;
import org.apache.cxf.ws.addressing.AttributedURIType;
import org.apache.cxf.ws.addressing.EndpointReferenceType;
import org.apache.cxf.ws.addressing.WSAddressingFeature;

/**
 * A partner made of Apache CXF. Settings come as key=value arguments: key, certificate, authorities, partner (PEM files). Then it
 * reads commands from its standard input, one a line, each with key=value settings, and answers each with one line:
 *
 *   provide profile=2W-be-S mtom=false        ready PORT
 *   call url=… profile=… operation=… …         answer … | fault CODE TEXT | error CLASS TEXT
 */
public final class Peer {
    private final Keys keys;

    private Peer(Keys keys) {
        this.keys = keys;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> files = settings(arguments, 0);
        Keys keys = new Keys(Path.of(files.get("key")), Path.of(files.get("certificate")),
                Path.of(files.get("authorities")), Path.of(files.get("partner")));
        Peer peer = new Peer(keys);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("started");
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            String answer;
            try {
                answer = words[0].equals("provide") ? peer.provide(settings(words, 1)) : peer.call(settings(words, 1));
            } catch (SOAPFaultException fault) {
                answer = "fault " + fault.getFault().getFaultCode() + " " + fault.getFault().getFaultString();
            } catch (Archief.ArchiefFout fault) {
                answer = "fault " + fault.getFaultInfo().code + " " + fault.getMessage();
            } catch (Exception error) {
                answer = "error " + error.getClass().getSimpleName() + " " + root(error);
            }
            System.out.println(answer.replaceAll("\\s+", " "));
        }
        BusFactory.getDefaultBus().shutdown(true);
        System.exit(0);
    }

    private String provide(Map<String, String> settings) throws Exception {
        int port = freePort();
        TLSServerParameters tls = new TLSServerParameters();
        tls.setKeyManagers(keys.keyManagers().getKeyManagers());
        tls.setTrustManagers(keys.trustManagers().getTrustManagers());
        ClientAuthentication clients = new ClientAuthentication();
        clients.setRequired(true);
        clients.setWant(true);
        tls.setClientAuthentication(clients);
        JettyHTTPServerEngineFactory engines =
                BusFactory.getDefaultBus().getExtension(JettyHTTPServerEngineFactory.class);
        engines.setTLSServerParametersForPort("127.0.0.1", port, tls);
        JaxWsServerFactoryBean server = new JaxWsServerFactoryBean();
        server.setServiceClass(Archief.class);
        server.setServiceBean(new Kast());
        server.setAddress("https://127.0.0.1:" + port + "/wus/archief_v1");
        server.getFeatures().add(new WSAddressingFeature());
        server.setProperties(new HashMap<>(Map.of("mtom-enabled", settings.get("mtom"))));
        Security.apply(server, settings.get("profile"), keys, false);
        server.create();
        return "ready " + port;
    }

    private String call(Map<String, String> settings) throws Exception {
        JaxWsProxyFactoryBean factory = new JaxWsProxyFactoryBean();
        factory.setServiceClass(Archief.class);
        factory.setAddress(settings.get("url"));
        factory.getFeatures().add(new WSAddressingFeature());
        factory.setProperties(new HashMap<>(Map.of("mtom-enabled", settings.getOrDefault("mtom", "false"))));
        Security.apply(factory, settings.get("profile"), keys, true);
        Archief archief = (Archief) factory.create();
        Client client = ClientProxy.getClient(archief);
        HTTPConduit conduit = (HTTPConduit) client.getConduit();
        conduit.getClient().setVersion("1.1");
        TLSClientParameters tls = new TLSClientParameters();
        tls.setKeyManagers(keys.keyManagers().getKeyManagers());
        tls.setTrustManagers(keys.trustManagers().getTrustManagers());
        tls.setDisableCNCheck(true);
        conduit.setTlsClientParameters(tls);
        address((BindingProvider) archief, settings);
        return settings.get("operation").equals("zoekStukken") ? zoek(archief, settings) : bewaar(archief, settings);
    }

    private static void address(BindingProvider proxy, Map<String, String> settings) {
        AddressingProperties headers = new AddressingProperties();
        EndpointReferenceType to = new EndpointReferenceType();
        to.setAddress(uri(settings.getOrDefault("to", settings.get("url"))));
        headers.setTo(to);
        if (settings.containsKey("from")) {
            EndpointReferenceType from = new EndpointReferenceType();
            from.setAddress(uri(settings.get("from")));
            headers.setFrom(from);
        }
        proxy.getRequestContext().put("jakarta.xml.ws.addressing.context", headers);
    }

    private static AttributedURIType uri(String value) {
        AttributedURIType uri = new AttributedURIType();
        uri.setValue(value);
        return uri;
    }

    private static String zoek(Archief archief, Map<String, String> settings) throws Archief.ArchiefFout {
        Archief.ZoekStukken vraag = new Archief.ZoekStukken();
        vraag.trefwoord = settings.get("trefwoord");
        return "answer " + String.join("|", archief.zoekStukken(vraag).titel);
    }

    private static String bewaar(Archief archief, Map<String, String> settings) throws Exception {
        byte[] octets = new byte[Integer.parseInt(settings.get("size"))];
        new Random(octets.length).nextBytes(octets);
        Archief.BewaarStuk stuk = new Archief.BewaarStuk();
        stuk.titel = "stuk";
        stuk.inhoud = new DataHandler(new ByteArrayDataSource(octets, "application/octet-stream"));
        stuk.terug = true;
        Archief.BewaarStukResponse bewaard = archief.bewaarStuk(stuk);
        String sent = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        String back = bewaard.inhoud == null ? "none" : digest(bewaard.inhoud.getInputStream())[0];
        return "answer sent=" + sent + " stored=" + bewaard.sha256 + " back=" + back + " size=" + bewaard.grootte;
    }

    /** The digest of a stream and how many octets it had. */
    private static String[] digest(InputStream octets) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long size = new DigestInputStream(octets, digest).transferTo(java.io.OutputStream.nullOutputStream());
        return new String[] {HexFormat.of().formatHex(digest.digest()), Long.toString(size)};
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String root(Throwable error) {
        Throwable at = error;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }

    private static Map<String, String> settings(String[] words, int from) {
        Map<String, String> settings = new HashMap<>();
        for (int at = from; at < words.length; at++) {
            int equals = words[at].indexOf('=');
            settings.put(words[at].substring(0, equals), words[at].substring(equals + 1));
        }
        return settings;
    }

    /** What the provider does. */
    @jakarta.jws.WebService(endpointInterface = "peer.Archief", targetNamespace = Archief.NS,
            serviceName = "ArchiefService", portName = "ArchiefPort")
    public static final class Kast implements Archief {
        @Override
        public ZoekStukkenResponse zoekStukken(ZoekStukken vraag) throws ArchiefFout {
            if (vraag.trefwoord.equals("onbekend")) {
                FoutInhoud inhoud = new FoutInhoud();
                inhoud.code = "A404";
                throw new ArchiefFout("niets gevonden", inhoud);
            }
            ZoekStukkenResponse gevonden = new ZoekStukkenResponse();
            for (int number = 1; number <= (vraag.hoogstens == null ? 2 : vraag.hoogstens); number++) {
                gevonden.titel.add(vraag.trefwoord + " " + number);
            }
            return gevonden;
        }

        @Override
        public BewaarStukResponse bewaarStuk(BewaarStuk stuk) throws ArchiefFout {
            try {
                BewaarStukResponse bewaard = new BewaarStukResponse();
                byte[] octets = stuk.inhoud.getInputStream().readAllBytes();
                bewaard.sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
                bewaard.grootte = octets.length;
                if (Boolean.TRUE.equals(stuk.terug)) {
                    bewaard.inhoud = new DataHandler(new ByteArrayDataSource(octets, "application/octet-stream"));
                }
                return bewaard;
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }
    }
}
