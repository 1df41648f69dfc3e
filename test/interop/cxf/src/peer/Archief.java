package peer;

import jakarta.activation.DataHandler;
import jakarta.jws.WebMethod;
import jakarta.jws.WebParam;
import jakarta.jws.WebResult;
import jakarta.jws.WebService;
import jakarta.jws.soap.SOAPBinding;
import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlMimeType;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.ws.Action;
import jakarta.xml.ws.FaultAction;
import jakarta.xml.ws.WebFault;
import java.util.ArrayList;
import java.util.List;

/** The portType of archief_v1.wsdl, written by hand so that nothing is generated. */
@WebService(name = "Archief", targetNamespace = Archief.NS)
@SOAPBinding(parameterStyle = SOAPBinding.ParameterStyle.BARE)
public interface Archief {
    String NS = "urn:postiljon:test:archief_v1";

    @WebMethod(operationName = "zoekStukken", action = NS + ":zoekStukken")
    @Action(input = NS + ":zoekStukken", output = NS + ":zoekStukkenResponse",
            fault = @FaultAction(className = ArchiefFout.class, value = NS + ":archiefFout"))
    @WebResult(name = "zoekStukkenResponse", targetNamespace = NS, partName = "body")
    ZoekStukkenResponse zoekStukken(
            @WebParam(name = "zoekStukken", targetNamespace = NS, partName = "body") ZoekStukken vraag)
            throws ArchiefFout;

    @WebMethod(operationName = "bewaarStuk", action = NS + ":bewaarStuk")
    @Action(input = NS + ":bewaarStuk", output = NS + ":bewaarStukResponse",
            fault = @FaultAction(className = ArchiefFout.class, value = NS + ":archiefFout"))
    @WebResult(name = "bewaarStukResponse", targetNamespace = NS, partName = "body")
    BewaarStukResponse bewaarStuk(
            @WebParam(name = "bewaarStuk", targetNamespace = NS, partName = "body") BewaarStuk stuk)
            throws ArchiefFout;

    @XmlRootElement(name = "zoekStukken", namespace = NS)
    @XmlAccessorType(XmlAccessType.FIELD)
    class ZoekStukken {
        @XmlElement(namespace = NS, required = true)
        public String trefwoord;
        @XmlElement(namespace = NS)
        public Integer hoogstens;
    }

    @XmlRootElement(name = "zoekStukkenResponse", namespace = NS)
    @XmlAccessorType(XmlAccessType.FIELD)
    class ZoekStukkenResponse {
        @XmlElement(namespace = NS)
        public List<String> titel = new ArrayList<>();
    }

    @XmlRootElement(name = "bewaarStuk", namespace = NS)
    @XmlAccessorType(XmlAccessType.FIELD)
    class BewaarStuk {
        @XmlElement(namespace = NS, required = true)
        public String titel;
        @XmlElement(namespace = NS, required = true)
        @XmlMimeType("application/octet-stream")
        public DataHandler inhoud;
        @XmlElement(namespace = NS)
        public Boolean terug;
    }

    @XmlRootElement(name = "bewaarStukResponse", namespace = NS)
    @XmlAccessorType(XmlAccessType.FIELD)
    class BewaarStukResponse {
        @XmlElement(namespace = NS)
        public String sha256;
        @XmlElement(namespace = NS)
        public long grootte;
        @XmlElement(namespace = NS)
        @XmlMimeType("application/octet-stream")
        public DataHandler inhoud;
    }

    @XmlRootElement(name = "archiefFout", namespace = NS)
    @XmlAccessorType(XmlAccessType.FIELD)
    class FoutInhoud {
        @XmlElement(namespace = NS)
        public String code;
    }

    @WebFault(name = "archiefFout", targetNamespace = NS)
    class ArchiefFout extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient FoutInhoud inhoud;

        public ArchiefFout(String message, FoutInhoud inhoud) {
            super(message);
            this.inhoud = inhoud;
        }

        public FoutInhoud getFaultInfo() {
            return inhoud;
        }
    }
}
